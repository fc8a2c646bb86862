"""The API that ours is measured against: the same projects as REST framework's tutorial would serve them."""

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import CharField, ModelSerializer, SlugRelatedField

from core.clock import today
from measures.models import Plan
from projects.models import Project


class ProjectSerializer(ModelSerializer):
    url = CharField(source="path", read_only=True)
    city = SlugRelatedField("code", read_only=True)
    category = SlugRelatedField("slug", read_only=True)
    county = SlugRelatedField("code", read_only=True)
    also_in = SlugRelatedField("code", many=True, read_only=True)
    measures = SlugRelatedField("code", many=True, read_only=True)
    lead_department = SlugRelatedField("slug", read_only=True)
    stage = CharField(read_only=True)

    class Meta:
        model = Project
        fields = (
            *("url", "code", "name_zh", "name_en", "city", "county", "also_in", "category", "stage", "investment_wan"),
            *("listed_on", "lead_department", "project_class", "list_name", "national_code", "planned_start_on"),
            *("planned_completion_on", "measures", "provenance", "investment_provenance", "source", "updated_at"),
        )


class Pages(PageNumberPagination):
    page_size = 100


class StockProjects(ListAPIView):
    serializer_class = ProjectSerializer
    pagination_class = Pages
    renderer_classes = (JSONRenderer,)
    # It has no address, and is asked by nobody but the bench.
    permission_classes = ()

    def get_queryset(self) -> QuerySet[Project]:
        # Without these it would ask once a row: too easy to beat.
        projects = Project.objects.filter(plan=Plan.objects.current()).with_stage(today()).order_by("code")
        related = projects.select_related("city", "county", "category", "lead_department")
        return related.prefetch_related("also_in", "measures")
