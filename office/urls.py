from django.urls import path

from office.views import index, measures, sections

app_name = "office"
urlpatterns = [
    path("", index.OfficeIndex.as_view(), name="index"),
    path("measures/", measures.OfficeMeasures.as_view(), name="measures"),
    # Not below the list: any word may be the code of a measure.
    path("add-measure/", measures.AddMeasure.as_view(), name="add_measure"),
    path("measures/<str:code>/", measures.ChangeMeasure.as_view(), name="measure"),
    path("sections/", sections.OfficeSections.as_view(), name="sections"),
    path("add-section/", sections.AddSection.as_view(), name="add_section"),
    path("sections/<slug:slug>/", sections.ChangeSection.as_view(), name="section"),
    path("sections/<slug:slug>/remove/", sections.RemoveSection.as_view(), name="remove_section"),
]
