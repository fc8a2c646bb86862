"""Pages on which a file is sent."""

from abc import abstractmethod
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from core.exceptions import NotAllowed
from reporting.file_types import too_large_message
from web.errors import add_refusal
from web.uploads import refused_files
from web.views import TodayView
from workbooks.models import Upload
from workbooks.queue import ask_for_work


class SendingPage(TodayView):
    """`file_form`: the form with the file, `form_name`: what the template calls it."""

    file_form: type[Form]
    form_name = "form"

    @abstractmethod
    def keep(self, values: dict[str, Any]) -> Upload:
        """Keeps the file that a valid form has. Raises NotAllowed."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{self.form_name: self.file_form(), **kwargs})

    def post(self, request: HttpRequest) -> HttpResponseBase:
        form = self.file_form(request.POST, request.FILES)
        if refused_files(request):
            form.add_error("file", too_large_message())
        elif form.is_valid():
            try:
                upload = self.keep(form.cleaned_data)
            except NotAllowed as refusal:
                add_refusal(form, refusal)
            else:
                ask_for_work(upload)
                return redirect(upload)
        return self.render_to_response(self.get_context_data(**{self.form_name: form}))
