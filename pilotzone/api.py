"""The root of the API: which address belongs to which endpoint."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
