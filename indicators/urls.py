from django.urls import path

from indicators.views import indicators as views
from indicators.views import value_form, value_paste, value_review

app_name = "indicators"
urlpatterns = [
    path("indicators/", views.IndicatorList.as_view(), name="list"),
    path("indicators/<str:code>/", views.IndicatorDetail.as_view(), name="detail"),
    path("indicators/<str:code>/value/", value_form.ValuePage.as_view(), name="value"),
    path("indicators/<str:code>/value/draft/", value_form.SaveValueDraft.as_view(), name="value_draft"),
    path("indicators/<str:code>/value/paste/", value_paste.PastePage.as_view(), name="paste"),
    path("indicators/<str:code>/evidence/<uuid:key>/", value_form.ValueEvidenceFile.as_view(), name="evidence"),
    path("review/indicators/", value_review.ValueReviewPage.as_view(), name="review"),
    path("review/indicators/decide/", value_review.DecideValues.as_view(), name="decide"),
    path("review/indicators/returned/", value_review.ReturnedValues.as_view(), name="returned"),
]
