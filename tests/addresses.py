"""The registry of the site's addresses, and who gets what there, written by hand: one without a line fails a test.

A line has the methods, the URL name, an address and the groups that are let in. Whoever is let in gets 200, or 302 for
what a page posts; other answers stand behind a group. The first group that a person is of decides. Everybody else is
refused: see `Row.refusal`. The tests of the API and of the browser take their addresses from here, too.

login   sent on to the log-in page
302     done, and sent on to another page of the site
401     the API's and the draft's answer to nobody
"""

from dataclasses import dataclass

# `nobody` has no account where reading is closed, `anyone` none where it is open. Ada reports for the department that
# leads all measures, Pat for one that takes part in them, Ben for one that leads nothing in the plan and takes part in
# nothing. Zoe reports for the city of P0001, Ada for the department that leads it. Mia administers.
KIND_OF = {
    "vic": "viewer",
    "ada": "department",
    "ben": "department",
    "pat": "department",
    "rita": "reviewer",
    "audit": "auditor",
    "mia": "administrator",
    "admin": "superuser",
    "zoe": "city",
}
PEOPLE = ("nobody", "anyone", *KIND_OF)
# A new role is a person of its kind above, and a member of some of these.
GROUPS = {
    **{person: {person} for person in PEOPLE},
    "everybody": set(PEOPLE),
    "readers": set(PEOPLE) - {"nobody"},
    "accounts": set(PEOPLE) - {"nobody", "anyone"},
    "outside": {"nobody", "anyone"},
    "departments": {"ada", "ben", "pat"},
    "reporters": {"ada", "ben", "pat", "zoe"},
    "office": {"rita", "admin"},
    "office_readers": {"rita", "audit", "admin"},
    "administrators": {"mia", "admin"},
    "log_readers": {"audit", "mia", "admin"},
}
TABLE = """
GET      dashboard:overview           /                                        readers
GET      dashboard:plan               /plan/                                   readers
GET      dashboard:first_version      /plan/first/                             readers
GET      briefs:plan                  /brief/                                  readers
GET      briefs:section               /sections/innovation/brief/              readers
GET      briefs:theme                 /themes/energy/brief/                    readers
GET      briefs:department            /departments/science/brief/?format=docx  readers
GET      briefs:city                  /cities/370200/brief/                    readers
GET      dashboard:changes            /changes/                                readers
GET      dashboard:sections           /sections/                               readers
GET      dashboard:themes             /themes/                                 readers
GET      dashboard:project_groups     /project-groups/                         readers
GET      dashboard:section            /sections/innovation/                    readers
GET      dashboard:theme              /themes/energy/                          readers
GET      dashboard:departments        /departments/                            readers
GET      dashboard:department         /departments/science/                    readers
GET      dashboard:cities             /cities/                                 readers
GET      dashboard:city               /cities/370200/                          readers
GET      dashboard:presentation       /presentation/                           readers
GET      dashboard:published          /published/                              readers
GET      dashboard:search             /search/?q=M001                          readers
GET      rollups:runs                 /runs/                                   log_readers
POST     rollups:runs                 /runs/                                   administrators
GET      integrity                    /integrity/                              log_readers
POST     integrity                    /integrity/                              administrators
GET      backups                      /backups/                                log_readers
GET      log                          /log/                                    log_readers
GET      permissions                  /accounts/permissions/                   log_readers
GET      log_check                    /log/check/                              log_readers
GET      styleguide:gallery           /gallery/                                admin
GET      dashboard:explain            /explain/?figure=measures.gap            readers
GET      healthz                      /healthz                                 everybody
GET      readyz                       /readyz                                  everybody
GET      version                      /version                                 everybody
GET      metrics                      /metrics                                 outside=403 admin

GET      measures:list                /measures/                               readers
POST     measures:list                /measures/?status=promoting              accounts
GET      measures:lights              /lights/                                 readers
GET      measures:detail              /measures/M001/                          readers
GET      measures:comment             /measures/M001/comment/                  accounts=302
POST     measures:comment             /measures/M001/comment/                  office ada pat
GET,POST measures:terms               /measures/M001/terms/                    office
GET,POST measures:scope               /measures/M001/scope/                    office
GET,POST measures:correct             /measures/M002/correct/{change}/         office
GET,POST measures:reopen              /measures/M002/reopen/                   office
GET,POST measures:report              /measures/M001/report/                   ada
POST     measures:draft               /measures/M001/report/draft/             outside=401 ada=200
POST     measures:discard             /measures/M001/report/discard/           ada
GET      measures:evidence            /measures/M001/evidence/{secret}/        office_readers ada
GET      measures:evidence            /measures/M002/evidence/{accepted}/      accounts
GET      dashboard:plans              /plans/                                  readers
GET      problems:list                /problems/?state=open                    readers
POST     problems:list                /problems/?state=open                    accounts
GET,POST problems:measure_raise       /measures/M004/problems/new/             office ada pat
GET      problems:measure_problem     /measures/M004/problems/1/               readers
GET,POST problems:measure_draft       /measures/M004/problems/2/raise/         ada accounts=404
GET,POST problems:measure_move        /measures/M004/problems/1/reply/         office ada pat
GET,POST problems:project_raise       /projects/P0001/problems/new/            office ada zoe
GET      problems:project_problem     /projects/P0001/problems/1/              readers
GET,POST problems:project_draft       /projects/P0001/problems/2/raise/        ada accounts=404
GET,POST problems:project_move        /projects/P0001/problems/1/reply/        office ada zoe
GET      problems:project_evidence    /projects/P0001/problems/1/evidence/{re}/ accounts
GET      problems:measure_evidence    /measures/M004/problems/1/evidence/{file}/ accounts
GET,POST office:merge                 /office/departments/science/merge/       office
GET,POST problems:assign              /problems/assign/                        office
GET      problems:meetings            /meetings/                               readers
GET      problems:add_meeting         /meetings/add/?state=open                office
POST     problems:add_meeting         /meetings/add/                           office
GET      problems:meeting             /meetings/1/                             readers
GET      problems:meeting_word        /meetings/1/word/                        readers
GET,POST problems:change_meeting      /meetings/1/change/                      office
GET,POST problems:remove_meeting      /meetings/1/remove/                      office
GET,POST problems:meeting_agenda      /meetings/1/agenda/                      office
GET,POST problems:direction           /meetings/1/directions/{item}/           office
GET      measures:workspace           /workspace/                              reporters
GET      measures:no_change           /workspace/no-change/                    departments=302
POST     measures:no_change           /workspace/no-change/                    ada departments=200
GET      measures:review              /review/                                 office_readers
GET      measures:decide              /review/decide/                          office=302
POST     measures:decide              /review/decide/                          office
GET      measures:returned            /review/returned/                        office_readers
GET      notices:board                /review/board/                           office_readers
GET      notices:remind               /review/remind/                          office=302
POST     notices:remind               /review/remind/                          office
GET      projects:review              /review/projects/                        office_readers
GET      projects:decide              /review/projects/decide/                 office=302
POST     projects:decide              /review/projects/decide/                 office
GET      notices:city_board           /review/projects/board/                  office_readers
GET      notices:remind_city          /review/projects/remind/                 office=302
POST     notices:remind_city          /review/projects/remind/                 office
GET      projects:returned            /review/projects/returned/               office_readers
GET,POST projects:month               /projects/P0001/month/                   ada zoe
POST     projects:month_draft         /projects/P0001/month/draft/             outside=401 ada=200 zoe=200
GET      projects:evidence            /projects/P0001/evidence/{paper}/        office_readers ada zoe
GET      notices:inbox                /inbox/                                  accounts
POST     notices:inbox_read           /inbox/read/                             accounts outside=login
GET      notices:notice               /inbox/{notice}/                         ada=302 accounts=404

GET      office:index                 /office/                                 office mia
GET      office:measures              /office/measures/                        office
GET,POST office:add_measure           /office/add-measure/                     office
GET,POST office:measure               /office/measures/M001/                   office
GET,POST office:owners                /office/measures/M001/owners/            office ada
GET,POST office:many_owners           /office/departments/science/owners/      office ada
GET      office:projects              /office/projects/                        office
GET,POST office:add_project           /office/add-project/                     office
GET,POST office:project               /office/projects/P0001/                  office
GET,POST office:project_terms         /office/projects/P0001/terms/            office
GET,POST office:annual_plan           /office/projects/P0001/annual-plans/2023/ office
GET,POST office:current_plan          /office/current-plan/                    office
GET      office:exemptions            /office/exemptions/                      office
GET,POST office:add_exemption         /office/add-exemption/                   office
GET,POST office:exemption             /office/exemptions/{exemption}/          office
GET,POST office:remove_exemption      /office/exemptions/{exemption}/remove/   office
GET      office:sections              /office/sections/                        office
GET      office:themes                /office/themes/                          office
GET      office:indicators            /office/indicators/                      office
GET,POST office:add_indicator         /office/add-indicator/                   office
GET,POST office:indicator             /office/indicators/gdp/                  office
GET,POST office:add_target            /office/indicators/gdp/add-target/       office
GET,POST office:target                /office/indicators/gdp/targets/{target}/ office
GET,POST office:remove_target         /office/indicators/gdp/targets/{target}/remove/ office
GET      office:add_section           /office/add-section/                     office
GET      office:add_theme             /office/add-theme/                       office
POST     office:add_section           /office/add-section/                     office
POST     office:add_theme             /office/add-theme/                       office
GET      office:section               /office/sections/innovation/             office
GET      office:theme                 /office/themes/energy/                   office
POST     office:section               /office/sections/innovation/             office
POST     office:theme                 /office/themes/energy/                   office
GET      office:remove_section        /office/sections/empty/remove/           office
GET      office:remove_theme          /office/themes/empty/remove/             office
POST     office:remove_section        /office/sections/empty/remove/           office
POST     office:remove_theme          /office/themes/empty/remove/             office
GET      office:problem_categories    /office/problem-categories/              office
GET,POST office:add_problem_category  /office/add-problem-category/            office
GET,POST office:problem_category      /office/problem-categories/no/           office
GET,POST office:remove_problem_category /office/problem-categories/no/remove/    office

GET,POST office:site                  /office/site/                            administrators
GET,POST office:limits                /office/limits/                          administrators
GET      office:plausibility          /office/plausibility/                    office
POST     office:plausibility          /office/plausibility/                    office=200
GET,POST office:plan                  /office/plan/                            administrators
GET,POST office:add_plan              /office/add-plan/                       administrators
GET,POST office:add_milestone         /office/add-milestone/                   administrators
GET,POST office:milestone             /office/milestones/{milestone}/          administrators
GET,POST office:remove_milestone      /office/milestones/{milestone}/remove/   administrators
GET      office:categories            /office/categories/                      administrators
GET,POST office:add_category          /office/add-category/                    administrators
GET,POST office:category              /office/categories/empty/                administrators
GET,POST office:remove_category       /office/categories/empty/remove/         administrators
GET      office:departments           /office/departments/                     administrators
GET,POST office:add_department        /office/add-department/                  administrators
GET,POST office:department            /office/departments/science/             administrators
GET      office:people                /office/people/                          administrators
GET      office:invite                /office/people/invite/                   administrators
POST     office:invite                /office/people/invite/                   administrators=200
GET,POST office:person                /office/people/{person}/                 administrators
GET      office:person_link           /office/people/{person}/link/            administrators
POST     office:person_link           /office/people/{person}/link/            administrators=200
GET,POST office:close_person          /office/people/{person}/close/           administrators
GET,POST office:reopen_person         /office/people/{person}/reopen/          administrators
GET,POST office:remove_second_factor  /office/people/{person}/second-factor/   administrators
GET,POST office:unlock_person         /office/people/{person}/unlock/          administrators

GET      projects:list                /projects/                               readers
POST     projects:list                /projects/                               accounts
GET      projects:detail              /projects/P0001/                         readers
GET,POST projects:scope               /projects/P0001/scope/                   office
GET      indicators:list              /indicators/                             readers
POST     indicators:list              /indicators/                             accounts
GET      indicators:detail            /indicators/gdp/                         readers
GET,POST indicators:value             /indicators/gdp/value/?period=2023Q2     ada
POST     indicators:value_draft       /indicators/gdp/value/draft/?period=2023Q2 outside=401 ada=200
GET,POST indicators:paste             /indicators/gdp/value/paste/             ada
GET      indicators:evidence          /indicators/gdp/evidence/{annex}/        office_readers ada
GET      indicators:review            /review/indicators/                      office_readers
GET      indicators:decide            /review/indicators/decide/               office=302
POST     indicators:decide            /review/indicators/decide/               office
GET      indicators:returned          /review/indicators/returned/             office_readers

GET      workbooks:data               /data/                                   office_readers
POST     workbooks:data               /data/                                   office
GET      workbooks:start              /data/start/                             administrators=302
GET      workbooks:start_names        /data/start/names/                       administrators=302
POST     workbooks:start_names        /data/start/names/                       administrators
GET      workbooks:start_workbook     /data/start/workbook/                    administrators=302
POST     workbooks:start_workbook     /data/start/workbook/                    admin
GET      workbooks:start_done         /data/start/done/                        administrators
GET      workbooks:download           /data/download/?content=template         office_readers
GET,POST workbooks:upload             /data/uploads/{upload}/                  rita admin=404
GET      workbooks:columns            /data/uploads/{upload}/columns/          rita=302 admin=404
GET      workbooks:marked             /data/uploads/{upload}/marked/           rita admin=404
GET      ledger:load                  /data/loads/{load}/                      office_readers
POST     ledger:load                  /data/loads/{load}/                      office
GET      workbooks:month              /workspace/ledger/                       departments
POST     workbooks:month              /workspace/ledger/                       departments=200
GET      workbooks:month_download     /workspace/ledger/download/              departments
GET,POST workbooks:month_upload       /workspace/ledger/{month}/               ada departments=404
GET      workbooks:project_month      /workspace/projects/month/               reporters
POST     workbooks:project_month      /workspace/projects/month/               reporters=200
GET      workbooks:project_month_download /workspace/projects/month/download/      reporters
GET,POST workbooks:project_month_upload /workspace/projects/month/{city}/        zoe reporters=404
GET      workbooks:values             /workspace/values/                       departments
POST     workbooks:values             /workspace/values/                       departments=200
GET      workbooks:values_download    /workspace/values/download/              departments
GET,POST workbooks:values_upload      /workspace/values/{values}/              ada departments=404
GET      workbooks:office_month       /review/ledger/                          office_readers

GET,POST web:saved_view               /views/{view}/                           ada accounts=404

GET      accounts:login               /accounts/login/                         accounts=302 outside
POST     accounts:login               /accounts/login/                         accounts outside=200
POST     accounts:logout              /accounts/logout/                        everybody
GET      accounts:password            /accounts/password/                      accounts
POST     accounts:password            /accounts/password/                      accounts=200 outside=login
GET      accounts:password_done       /accounts/password/done/                 accounts
GET      accounts:sessions            /accounts/sessions/                      accounts
POST     accounts:sessions            /accounts/sessions/                      accounts outside=login
GET      accounts:confirm             /accounts/confirm/                       accounts
POST     accounts:confirm             /accounts/confirm/                       accounts=200 outside=login
GET      accounts:sign_on             /accounts/sign-on/                       everybody=404
GET      accounts:signed_on           /accounts/sign-on/done/                  everybody=404
GET      accounts:logged_out          /accounts/logged-out/                    everybody=404
POST     accounts:active              /accounts/active/                        accounts=204 outside=401
GET      accounts:code                /accounts/code/                          accounts=login
POST     accounts:code                /accounts/code/                          everybody=login
GET      accounts:second_factor       /accounts/second-factor/                 accounts
POST     accounts:second_factor       /accounts/second-factor/                 accounts=200 outside=login
GET      accounts:set_up_app          /accounts/second-factor/set-up/          accounts
POST     accounts:set_up_app          /accounts/second-factor/set-up/          accounts=200 outside=login
GET,POST accounts:forgotten           /accounts/forgotten/                     everybody
GET      accounts:forgotten_sent      /accounts/forgotten/sent/                everybody
GET      accounts:tokens              /accounts/tokens/                        accounts
POST     accounts:tokens              /accounts/tokens/                        accounts=200 outside=login
GET      accounts:token_revoke        /accounts/tokens/{token}/revoke/         ada accounts=404
POST     accounts:token_revoke        /accounts/tokens/{token}/revoke/         outside=login ada accounts=404
GET      accounts:set_password        /accounts/set-password/MQ/set-password/  everybody
POST     accounts:set_password        /accounts/set-password/MQ/set-password/  everybody=200
POST     language                     /language/                               everybody

GET      api-root                     /api/v1/                                 readers
GET      api-summary                  /api/v1/summary/                         readers
GET      api-changes                  /api/v1/changes/                         readers
GET      api-explain                  /api/v1/explain/?figure=measures.gap     readers
GET      api-measures                 /api/v1/measures/                        readers
GET      api-measure                  /api/v1/measures/M001/                   readers
GET      api-measure-history          /api/v1/measures/M001/history/           readers
GET      api-projects                 /api/v1/projects/                        readers
GET      api-project                  /api/v1/projects/P0001/                  readers
GET      api-indicators               /api/v1/indicators/                      readers
GET      api-indicator                /api/v1/indicators/gdp/                  readers
GET      api-indicator-series         /api/v1/indicators/gdp/series/           readers
GET      api-values                   /api/v1/indicators/gdp/filed-values/     readers
POST     api-values                   /api/v1/indicators/gdp/filed-values/     ada=201
GET      api-value                    /api/v1/indicators/gdp/filed-values/{value}/ office_readers ada
PUT      api-value                    /api/v1/indicators/gdp/filed-values/{begun}/ ada
POST     api-value-submit             /api/v1/indicators/gdp/filed-values/{begun}/submit/ ada
POST     api-value-withdraw           /api/v1/indicators/gdp/filed-values/{sent}/withdraw/ ada
GET      api-observations             /api/v1/observations/                    readers
GET      api-measure-rollups          /api/v1/rollups/measures/                readers
GET      api-project-rollups          /api/v1/rollups/projects/                readers
GET      api-plans                    /api/v1/plans/                           readers
GET      api-sections                 /api/v1/sections/                        readers
GET      api-themes                   /api/v1/themes/                          readers
GET      api-theme                    /api/v1/themes/energy/                   readers
GET      api-categories               /api/v1/categories/                      readers
GET      api-departments              /api/v1/departments/                     readers
GET      api-regions                  /api/v1/regions/                         readers
GET      api-problems                 /api/v1/problems/                        readers
GET      api-measure-problems         /api/v1/measures/M004/problems/          readers
POST     api-measure-problems         /api/v1/measures/M004/problems/          office=201 ada=201 pat=201
GET      api-problem                  /api/v1/measures/M004/problems/1/        readers
PUT      api-problem                  /api/v1/measures/M004/problems/1/        office ada
POST     api-problem-moves            /api/v1/measures/M004/problems/1/moves/  office ada pat
GET      api-project-problems         /api/v1/projects/P0001/problems/         readers
POST     api-project-problems         /api/v1/projects/P0001/problems/         office=201 ada=201 zoe=201
GET      api-project-problem          /api/v1/projects/P0001/problems/1/       readers
PUT      api-project-problem          /api/v1/projects/P0001/problems/1/       office ada
POST     api-project-problem-moves    /api/v1/projects/P0001/problems/1/moves/ office ada zoe
GET      api-status-changes           /api/v1/status-changes/                  readers
GET      api-meetings                 /api/v1/meetings/                        readers
GET      api-project-months           /api/v1/project-months/                  readers
GET      api-months-of-project        /api/v1/projects/P0001/months/           readers
GET      api-accepted-reports         /api/v1/reports/                         readers
GET      api-reports                  /api/v1/measures/M001/reports/           readers
POST     api-reports                  /api/v1/measures/M004/reports/           ada=201
GET      api-report                   /api/v1/measures/M001/reports/{draft}/   office_readers ada
GET      api-report                   /api/v1/measures/M002/reports/{done}/    readers
PUT      api-report                   /api/v1/measures/M001/reports/{draft}/   ada
POST     api-report-submit            /api/v1/measures/M001/reports/{draft}/submit/ ada
POST     api-report-withdraw          /api/v1/measures/M003/reports/{waits}/withdraw/ ada
GET      schema                       /api/schema/                             readers nobody=401
GET      glossary                     /glossary/                               readers
GET      guides                       /guide/                                  readers
GET      guide                        /guide/department/                       readers
GET      api-docs                     /api/docs/                               readers
GET      api-help                     /api/help/                               readers
GET      api-dictionary               /api/dictionary/                         readers
GET      api-unknown                  /api/v1/nothing/                         readers=404

GET      admin_log_in                 /admin/login/
POST     admin_log_in                 /admin/login/                            outside=login
GET      admin_password_change        /admin/password_change/                  accounts=302
POST     admin_password_change        /admin/password_change/                  accounts outside=login
GET      admin:index                  /admin/                                  admin everybody=302
POST     admin:index                  /admin/                                  admin=200 everybody
"""


@dataclass(frozen=True)
class Row:
    """One method of an address. `groups`: the words of its line, each a group and, where it is another, its answer."""

    method: str
    name: str
    address: str
    groups: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.name} {self.address}"

    @property
    def is_api(self) -> bool:
        return self.address.startswith("/api/v1/")

    @property
    def answers(self) -> dict[str, str]:
        """Return the answer to each person, as a status or a word."""
        return {person: self.answer(person) for person in PEOPLE}

    def answer(self, person: str) -> str:
        done = "302" if self.method == "POST" and not self.is_api else "200"
        for group, _, answer in (word.partition("=") for word in self.groups):
            if person in GROUPS[group]:
                return answer or done
        return self.refusal(person)

    def refusal(self, person: str) -> str:
        """Return what somebody hears whom no group of the line lets in."""
        if person not in GROUPS["outside"]:
            return "403"
        if self.is_api:
            return "401"
        return "login" if self.method == "GET" else "403"

    @property
    def admitted(self) -> list[str]:
        """Return those who are let in."""
        return [person for person, answer in self.answers.items() if answer in ("200", "201", "204", "302")]


def read_table() -> list[Row]:
    lines = [line.split() for line in TABLE.splitlines() if line]
    return [
        Row(method, name, address, tuple(groups))
        for methods, name, address, *groups in lines
        for method in methods.split(",")
    ]


ROWS = read_table()
