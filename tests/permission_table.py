"""A table of who gets what at every address of the site, written by hand. An address without a row fails a test.

login   sent on to the log-in page
302     done, and sent on to another page of the site
401     the API's and the draft's answer to nobody
"""

from dataclasses import dataclass

# Ada reports for the department that leads all measures, Pat for one that takes part in them, Ben for one that leads
# nothing in the plan and takes part in nothing.
# Zoe reports for the city of P0001, Ada for the department that leads it.
# `nobody` has no account where reading is closed, `anyone` none where it is open.
# Mia administers.
#                 nobody anyone vic  ada  ben  pat  rita audit mia admin zoe
PEOPLE = ("nobody", "anyone", "vic", "ada", "ben", "pat", "rita", "audit", "mia", "admin", "zoe")
TABLE = """
GET  dashboard:overview     /                                     login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:plan         /plan/                                login 200   200 200 200 200 200 200 200 200 200
GET  briefs:plan        /brief/                               login 200   200 200 200 200 200 200 200 200 200
GET  briefs:section /sections/innovation/brief/          login 200   200 200 200 200 200 200 200 200 200
GET  briefs:theme   /themes/energy/brief/                login 200   200 200 200 200 200 200 200 200 200
GET  briefs:department /departments/science/brief/?format=docx login 200 200 200 200 200 200 200 200 200 200
GET  briefs:city   /cities/370200/brief/                 login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:changes      /changes/                             login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:sections     /sections/                            login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:themes       /themes/                              login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:project_groups /project-groups/                    login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:section      /sections/innovation/                 login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:theme        /themes/energy/                       login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:departments  /departments/                         login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:department   /departments/science/                 login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:cities       /cities/                              login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:city         /cities/370200/                       login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:presentation /presentation/                        login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:published    /published/                           login 200   200 200 200 200 200 200 200 200 200
GET  dashboard:search       /search/?q=M001                       login 200   200 200 200 200 200 200 200 200 200
GET  rollups:runs         /runs/                                login login 403 403 403 403 403 200 200 200 403
POST rollups:runs         /runs/                                403   403   403 403 403 403 403 403 302 302 403
GET  integrity   /integrity/                           login login 403 403 403 403 403 200 200 200 403
POST integrity   /integrity/                           403   403   403 403 403 403 403 403 302 302 403
GET  backups              /backups/                           login login 403 403 403 403 403 200 200 200 403
GET  log                  /log/                                 login login 403 403 403 403 403 200 200 200 403
GET  permissions          /accounts/permissions/              login login 403 403 403 403 403 200 200 200 403
GET  log_check            /log/check/                           login login 403 403 403 403 403 200 200 200 403
GET  styleguide:gallery      /gallery/                             login login 403 403 403 403 403 403 403 200 403
GET  dashboard:explain      /explain/?figure=measures.gap         login 200   200 200 200 200 200 200 200 200 200
GET  healthz      /healthz                              200   200   200 200 200 200 200 200 200 200 200
GET  readyz       /readyz                               200   200   200 200 200 200 200 200 200 200 200
GET  version      /version                              200   200   200 200 200 200 200 200 200 200 200
GET  metrics      /metrics                              403   403   403 403 403 403 403 403 403 200 403

GET  measures:list          /measures/                            login 200   200 200 200 200 200 200 200 200 200
POST measures:list          /measures/?status=promoting           403   403   302 302 302 302 302 302 302 302 302
GET  measures:lights        /lights/                              login 200   200 200 200 200 200 200 200 200 200
GET  measures:detail        /measures/M001/                       login 200   200 200 200 200 200 200 200 200 200
GET  measures:comment       /measures/M001/comment/               login login 302 302 302 302 302 302 302 302 302
POST measures:comment       /measures/M001/comment/               403   403   403 302 403 302 302 403 403 302 403
GET  measures:terms         /measures/M001/terms/                 login login 403 403 403 403 200 403 403 200 403
POST measures:terms         /measures/M001/terms/                 403   403   403 403 403 403 302 403 403 302 403
GET  measures:scope         /measures/M001/scope/                 login login 403 403 403 403 200 403 403 200 403
POST measures:scope         /measures/M001/scope/                 403   403   403 403 403 403 302 403 403 302 403
GET  measures:correct       /measures/M002/correct/{change}/      login login 403 403 403 403 200 403 403 200 403
POST measures:correct       /measures/M002/correct/{change}/      403   403   403 403 403 403 302 403 403 302 403
GET  measures:reopen        /measures/M002/reopen/                login login 403 403 403 403 200 403 403 200 403
POST measures:reopen        /measures/M002/reopen/                403   403   403 403 403 403 302 403 403 302 403
GET  measures:report        /measures/M001/report/                login login 403 200 403 403 403 403 403 403 403
POST measures:report        /measures/M001/report/                403   403   403 302 403 403 403 403 403 403 403
POST measures:draft         /measures/M001/report/draft/          401   401   403 200 403 403 403 403 403 403 403
POST measures:discard       /measures/M001/report/discard/        403   403   403 302 403 403 403 403 403 403 403
GET  measures:evidence      /measures/M001/evidence/{secret}/     login login 403 200 403 403 200 200 403 200 403
GET  measures:evidence      /measures/M002/evidence/{accepted}/   login login 200 200 200 200 200 200 200 200 200
GET  measures:plans         /plans/                               login 200   200 200 200 200 200 200 200 200 200
GET  problems:list         /problems/?state=open                 login 200   200 200 200 200 200 200 200 200 200
POST problems:list         /problems/?state=open                 403   403   302 302 302 302 302 302 302 302 302
GET  problems:measure_raise /measures/M004/problems/new/          login login 403 200 403 200 200 403 403 200 403
POST problems:measure_raise /measures/M004/problems/new/          403   403   403 302 403 302 302 403 403 302 403
GET  problems:measure_problem /measures/M004/problems/1/            login 200   200 200 200 200 200 200 200 200 200
GET  problems:measure_draft /measures/M004/problems/2/raise/      login login 404 200 404 404 404 404 404 404 404
POST problems:measure_draft /measures/M004/problems/2/raise/      403   403   404 302 404 404 404 404 404 404 404
GET  problems:measure_move /measures/M004/problems/1/reply/      login login 403 200 403 200 200 403 403 200 403
POST problems:measure_move /measures/M004/problems/1/reply/      403   403   403 302 403 302 302 403 403 302 403
GET  problems:project_raise /projects/P0001/problems/new/         login login 403 200 403 403 200 403 403 200 200
POST problems:project_raise /projects/P0001/problems/new/         403   403   403 302 403 403 302 403 403 302 302
GET  problems:project_problem /projects/P0001/problems/1/           login 200   200 200 200 200 200 200 200 200 200
GET  problems:project_draft /projects/P0001/problems/2/raise/     login login 404 200 404 404 404 404 404 404 404
POST problems:project_draft /projects/P0001/problems/2/raise/     403   403   404 302 404 404 404 404 404 404 404
GET  problems:project_move /projects/P0001/problems/1/reply/     login login 403 200 403 403 200 403 403 200 200
POST problems:project_move /projects/P0001/problems/1/reply/     403   403   403 302 403 403 302 403 403 302 302
GET problems:project_evidence /projects/P0001/problems/1/evidence/{re}/ login login 200 200 200 200 200 200 200 200 200
GET problems:measure_evidence /measures/M004/problems/1/evidence/{file}/ login login 200 200 200 200 200 200 200 200 200
GET  office:merge           /office/departments/science/merge/    login login 403 403 403 403 200 403 403 200 403
POST office:merge           /office/departments/science/merge/    403   403   403 403 403 403 302 403 403 302 403
GET  problems:assign       /problems/assign/                     login login 403 403 403 403 200 403 403 200 403
POST problems:assign       /problems/assign/                     403   403   403 403 403 403 302 403 403 302 403
GET  problems:meetings     /meetings/                            login 200   200 200 200 200 200 200 200 200 200
GET  problems:add_meeting  /meetings/add/?state=open             login login 403 403 403 403 200 403 403 200 403
POST problems:add_meeting  /meetings/add/                        403   403   403 403 403 403 302 403 403 302 403
GET  problems:meeting      /meetings/1/                          login 200   200 200 200 200 200 200 200 200 200
GET  problems:meeting_word /meetings/1/word/                     login 200   200 200 200 200 200 200 200 200 200
GET  problems:change_meeting /meetings/1/change/                   login login 403 403 403 403 200 403 403 200 403
POST problems:change_meeting /meetings/1/change/                   403   403   403 403 403 403 302 403 403 302 403
GET  problems:remove_meeting /meetings/1/remove/                   login login 403 403 403 403 200 403 403 200 403
POST problems:remove_meeting /meetings/1/remove/                   403   403   403 403 403 403 302 403 403 302 403
GET  problems:meeting_agenda /meetings/1/agenda/                   login login 403 403 403 403 200 403 403 200 403
POST problems:meeting_agenda /meetings/1/agenda/                   403   403   403 403 403 403 302 403 403 302 403
GET  problems:direction    /meetings/1/directions/{item}/        login login 403 403 403 403 200 403 403 200 403
POST problems:direction    /meetings/1/directions/{item}/        403   403   403 403 403 403 302 403 403 302 403
GET  measures:workspace     /workspace/                           login login 403 200 200 200 403 403 403 403 200
GET  measures:no_change     /workspace/no-change/                 login login 403 302 302 302 403 403 403 403 403
POST measures:no_change     /workspace/no-change/                 403   403   403 302 200 200 403 403 403 403 403
GET  measures:review        /review/                              login login 403 403 403 403 200 200 403 200 403
GET  measures:decide        /review/decide/                       login login 403 403 403 403 302 403 403 302 403
POST measures:decide        /review/decide/                       403   403   403 403 403 403 302 403 403 302 403
GET  measures:returned      /review/returned/                     login login 403 403 403 403 200 200 403 200 403
GET  notices:board         /review/board/                        login login 403 403 403 403 200 200 403 200 403
GET  notices:remind        /review/remind/                       login login 403 403 403 403 302 403 403 302 403
POST notices:remind        /review/remind/                       403   403   403 403 403 403 302 403 403 302 403
GET  projects:review        /review/projects/                     login login 403 403 403 403 200 200 403 200 403
GET  projects:decide        /review/projects/decide/              login login 403 403 403 403 302 403 403 302 403
POST projects:decide        /review/projects/decide/              403   403   403 403 403 403 302 403 403 302 403
GET  notices:city_board     /review/projects/board/               login login 403 403 403 403 200 200 403 200 403
GET  notices:remind_city    /review/projects/remind/              login login 403 403 403 403 302 403 403 302 403
POST notices:remind_city    /review/projects/remind/              403   403   403 403 403 403 302 403 403 302 403
GET  projects:returned      /review/projects/returned/            login login 403 403 403 403 200 200 403 200 403
GET  projects:month         /projects/P0001/month/                login login 403 200 403 403 403 403 403 403 200
POST projects:month         /projects/P0001/month/                403   403   403 302 403 403 403 403 403 403 302
POST projects:month_draft   /projects/P0001/month/draft/          401   401   403 200 403 403 403 403 403 403 200
GET  projects:evidence      /projects/P0001/evidence/{paper}/     login login 403 200 403 403 200 200 403 200 200
GET  notices:inbox         /inbox/                               login login 200 200 200 200 200 200 200 200 200
POST notices:inbox_read    /inbox/read/                          login login 302 302 302 302 302 302 302 302 302
GET  notices:notice        /inbox/{notice}/                      login login 404 302 404 404 404 404 404 404 404

GET  office:index           /office/                              login login 403 403 403 403 200 403 200 200 403
GET  office:measures        /office/measures/                     login login 403 403 403 403 200 403 403 200 403
GET  office:add_measure     /office/add-measure/                  login login 403 403 403 403 200 403 403 200 403
POST office:add_measure     /office/add-measure/                  403   403   403 403 403 403 302 403 403 302 403
GET  office:measure         /office/measures/M001/                login login 403 403 403 403 200 403 403 200 403
POST office:measure         /office/measures/M001/                403   403   403 403 403 403 302 403 403 302 403
GET  office:owners          /office/measures/M001/owners/         login login 403 200 403 403 200 403 403 200 403
POST office:owners          /office/measures/M001/owners/         403   403   403 302 403 403 302 403 403 302 403
GET  office:many_owners     /office/departments/science/owners/   login login 403 200 403 403 200 403 403 200 403
POST office:many_owners     /office/departments/science/owners/   403   403   403 302 403 403 302 403 403 302 403
GET  office:projects        /office/projects/                     login login 403 403 403 403 200 403 403 200 403
GET  office:add_project     /office/add-project/                  login login 403 403 403 403 200 403 403 200 403
POST office:add_project     /office/add-project/                  403   403   403 403 403 403 302 403 403 302 403
GET  office:project         /office/projects/P0001/               login login 403 403 403 403 200 403 403 200 403
POST office:project         /office/projects/P0001/               403   403   403 403 403 403 302 403 403 302 403
GET  office:project_terms   /office/projects/P0001/terms/         login login 403 403 403 403 200 403 403 200 403
POST office:project_terms   /office/projects/P0001/terms/         403   403   403 403 403 403 302 403 403 302 403
GET  office:annual_plan     /office/projects/P0001/annual-plans/2023/ login login 403 403 403 403 200 403 403 200 403
POST office:annual_plan     /office/projects/P0001/annual-plans/2023/ 403   403   403 403 403 403 302 403 403 302 403
GET  office:current_plan    /office/current-plan/                 login login 403 403 403 403 200 403 403 200 403
POST office:current_plan    /office/current-plan/                 403   403   403 403 403 403 302 403 403 302 403
GET  office:exemptions      /office/exemptions/                   login login 403 403 403 403 200 403 403 200 403
GET  office:add_exemption   /office/add-exemption/                login login 403 403 403 403 200 403 403 200 403
POST office:add_exemption   /office/add-exemption/                403   403   403 403 403 403 302 403 403 302 403
GET  office:exemption       /office/exemptions/{exemption}/       login login 403 403 403 403 200 403 403 200 403
POST office:exemption       /office/exemptions/{exemption}/       403   403   403 403 403 403 302 403 403 302 403
GET  office:remove_exemption /office/exemptions/{exemption}/remove/ login login 403 403 403 403 200 403 403 200 403
POST office:remove_exemption /office/exemptions/{exemption}/remove/ 403   403   403 403 403 403 302 403 403 302 403
GET  office:sections        /office/sections/                     login login 403 403 403 403 200 403 403 200 403
GET  office:themes          /office/themes/                       login login 403 403 403 403 200 403 403 200 403
GET  office:indicators      /office/indicators/                   login login 403 403 403 403 200 403 403 200 403
GET  office:add_indicator   /office/add-indicator/                login login 403 403 403 403 200 403 403 200 403
POST office:add_indicator   /office/add-indicator/                403   403   403 403 403 403 302 403 403 302 403
GET  office:indicator       /office/indicators/gdp/               login login 403 403 403 403 200 403 403 200 403
POST office:indicator       /office/indicators/gdp/               403   403   403 403 403 403 302 403 403 302 403
GET  office:add_target      /office/indicators/gdp/add-target/    login login 403 403 403 403 200 403 403 200 403
POST office:add_target      /office/indicators/gdp/add-target/    403   403   403 403 403 403 302 403 403 302 403
GET  office:target          /office/indicators/gdp/targets/{target}/ login login 403 403 403 403 200 403 403 200 403
POST office:target          /office/indicators/gdp/targets/{target}/ 403   403   403 403 403 403 302 403 403 302 403
GET office:remove_target /office/indicators/gdp/targets/{target}/remove/ login login 403 403 403 403 200 403 403 200 403
POST office:remove_target /office/indicators/gdp/targets/{target}/remove/ 403 403 403 403 403 403 302 403 403 302 403
GET  office:add_section     /office/add-section/                  login login 403 403 403 403 200 403 403 200 403
GET  office:add_theme       /office/add-theme/                    login login 403 403 403 403 200 403 403 200 403
POST office:add_section     /office/add-section/                  403   403   403 403 403 403 302 403 403 302 403
POST office:add_theme       /office/add-theme/                    403   403   403 403 403 403 302 403 403 302 403
GET  office:section         /office/sections/innovation/          login login 403 403 403 403 200 403 403 200 403
GET  office:theme           /office/themes/energy/                login login 403 403 403 403 200 403 403 200 403
POST office:section         /office/sections/innovation/          403   403   403 403 403 403 302 403 403 302 403
POST office:theme           /office/themes/energy/                403   403   403 403 403 403 302 403 403 302 403
GET  office:remove_section  /office/sections/empty/remove/        login login 403 403 403 403 200 403 403 200 403
GET  office:remove_theme    /office/themes/empty/remove/          login login 403 403 403 403 200 403 403 200 403
POST office:remove_section  /office/sections/empty/remove/        403   403   403 403 403 403 302 403 403 302 403
POST office:remove_theme    /office/themes/empty/remove/          403   403   403 403 403 403 302 403 403 302 403
GET  office:problem_categories /office/problem-categories/ login login 403 403 403 403 200 403 403 200 403
GET  office:add_problem_category /office/add-problem-category/ login login 403 403 403 403 200 403 403 200 403
POST office:add_problem_category /office/add-problem-category/ 403 403 403 403 403 403 302 403 403 302 403
GET  office:problem_category /office/problem-categories/no/ login login 403 403 403 403 200 403 403 200 403
POST office:problem_category /office/problem-categories/no/ 403 403 403 403 403 403 302 403 403 302 403
GET office:remove_problem_category /office/problem-categories/no/remove/ login login 403 403 403 403 200 403 403 200 403
POST office:remove_problem_category /office/problem-categories/no/remove/ 403 403 403 403 403 403 302 403 403 302 403

GET  office:site            /office/site/                         login login 403 403 403 403 403 403 200 200 403
POST office:site            /office/site/                         403   403   403 403 403 403 403 403 302 302 403
GET  office:limits          /office/limits/                       login login 403 403 403 403 403 403 200 200 403
POST office:limits          /office/limits/                       403   403   403 403 403 403 403 403 302 302 403
GET  office:plausibility    /office/plausibility/                 login login 403 403 403 403 200 403 403 200 403
POST office:plausibility    /office/plausibility/                 403   403   403 403 403 403 200 403 403 200 403
GET  office:plan            /office/plan/                         login login 403 403 403 403 403 403 200 200 403
POST office:plan            /office/plan/                         403   403   403 403 403 403 403 403 302 302 403
GET  office:add_milestone   /office/add-milestone/                login login 403 403 403 403 403 403 200 200 403
POST office:add_milestone   /office/add-milestone/                403   403   403 403 403 403 403 403 302 302 403
GET  office:milestone       /office/milestones/{milestone}/       login login 403 403 403 403 403 403 200 200 403
POST office:milestone       /office/milestones/{milestone}/       403   403   403 403 403 403 403 403 302 302 403
GET  office:remove_milestone /office/milestones/{milestone}/remove/ login login 403 403 403 403 403 403 200 200 403
POST office:remove_milestone /office/milestones/{milestone}/remove/ 403 403 403 403 403 403 403 403 302 302 403
GET  office:categories      /office/categories/                   login login 403 403 403 403 403 403 200 200 403
GET  office:add_category    /office/add-category/                 login login 403 403 403 403 403 403 200 200 403
POST office:add_category    /office/add-category/                 403   403   403 403 403 403 403 403 302 302 403
GET  office:category        /office/categories/empty/             login login 403 403 403 403 403 403 200 200 403
POST office:category        /office/categories/empty/             403   403   403 403 403 403 403 403 302 302 403
GET  office:remove_category /office/categories/empty/remove/      login login 403 403 403 403 403 403 200 200 403
POST office:remove_category /office/categories/empty/remove/      403   403   403 403 403 403 403 403 302 302 403
GET  office:departments     /office/departments/                  login login 403 403 403 403 403 403 200 200 403
GET  office:add_department  /office/add-department/               login login 403 403 403 403 403 403 200 200 403
POST office:add_department  /office/add-department/               403   403   403 403 403 403 403 403 302 302 403
GET  office:department      /office/departments/science/          login login 403 403 403 403 403 403 200 200 403
POST office:department      /office/departments/science/          403   403   403 403 403 403 403 403 302 302 403
GET  office:people          /office/people/                       login login 403 403 403 403 403 403 200 200 403
GET  office:invite          /office/people/invite/                login login 403 403 403 403 403 403 200 200 403
POST office:invite          /office/people/invite/                403   403   403 403 403 403 403 403 200 200 403
GET  office:person          /office/people/{person}/              login login 403 403 403 403 403 403 200 200 403
POST office:person          /office/people/{person}/              403   403   403 403 403 403 403 403 302 302 403
GET  office:person_link     /office/people/{person}/link/         login login 403 403 403 403 403 403 200 200 403
POST office:person_link     /office/people/{person}/link/         403   403   403 403 403 403 403 403 200 200 403
GET  office:close_person    /office/people/{person}/close/        login login 403 403 403 403 403 403 200 200 403
POST office:close_person    /office/people/{person}/close/        403   403   403 403 403 403 403 403 302 302 403
GET  office:reopen_person   /office/people/{person}/reopen/       login login 403 403 403 403 403 403 200 200 403
POST office:reopen_person   /office/people/{person}/reopen/       403   403   403 403 403 403 403 403 302 302 403
GET  office:remove_second_factor /office/people/{person}/second-factor/ login login 403 403 403 403 403 403 200 200 403
POST office:remove_second_factor /office/people/{person}/second-factor/ 403   403   403 403 403 403 403 403 302 302 403
GET  office:unlock_person   /office/people/{person}/unlock/       login login 403 403 403 403 403 403 200 200 403
POST office:unlock_person   /office/people/{person}/unlock/       403   403   403 403 403 403 403 403 302 302 403

GET  projects:list          /projects/                            login 200   200 200 200 200 200 200 200 200 200
POST projects:list          /projects/                            403   403   302 302 302 302 302 302 302 302 302
GET  projects:detail        /projects/P0001/                      login 200   200 200 200 200 200 200 200 200 200
GET  projects:scope         /projects/P0001/scope/                login login 403 403 403 403 200 403 403 200 403
POST projects:scope         /projects/P0001/scope/                403   403   403 403 403 403 302 403 403 302 403
GET  indicators:list        /indicators/                          login 200   200 200 200 200 200 200 200 200 200
POST indicators:list        /indicators/                          403   403   302 302 302 302 302 302 302 302 302
GET  indicators:detail      /indicators/gdp/                      login 200   200 200 200 200 200 200 200 200 200
GET  indicators:value       /indicators/gdp/value/?period=2023Q2  login login 403 200 403 403 403 403 403 403 403
POST indicators:value       /indicators/gdp/value/?period=2023Q2  403   403   403 302 403 403 403 403 403 403 403
POST indicators:value_draft /indicators/gdp/value/draft/?period=2023Q2 401 401 403 200 403 403 403 403 403 403 403
GET  indicators:paste       /indicators/gdp/value/paste/          login login 403 200 403 403 403 403 403 403 403
POST indicators:paste       /indicators/gdp/value/paste/          403   403   403 302 403 403 403 403 403 403 403
GET  indicators:evidence    /indicators/gdp/evidence/{annex}/     login login 403 200 403 403 200 200 403 200 403
GET  indicators:review      /review/indicators/                   login login 403 403 403 403 200 200 403 200 403
GET  indicators:decide      /review/indicators/decide/            login login 403 403 403 403 302 403 403 302 403
POST indicators:decide      /review/indicators/decide/            403   403   403 403 403 403 302 403 403 302 403
GET  indicators:returned    /review/indicators/returned/          login login 403 403 403 403 200 200 403 200 403

GET  workbooks:data          /data/                                login login 403 403 403 403 200 200 403 200 403
POST workbooks:data          /data/                                403   403   403 403 403 403 302 403 403 302 403
GET  workbooks:start         /data/start/                          login login 403 403 403 403 403 403 302 302 403
GET  workbooks:start_names   /data/start/names/                    login login 403 403 403 403 403 403 302 302 403
POST workbooks:start_names   /data/start/names/                    403   403   403 403 403 403 403 403 302 302 403
GET  workbooks:start_workbook /data/start/workbook/                login login 403 403 403 403 403 403 302 302 403
POST workbooks:start_workbook /data/start/workbook/                403   403   403 403 403 403 403 403 403 302 403
GET  workbooks:start_done    /data/start/done/                     login login 403 403 403 403 403 403 200 200 403
GET  workbooks:download      /data/download/?content=template      login login 403 403 403 403 200 200 403 200 403
GET  workbooks:upload        /data/uploads/{upload}/               login login 403 403 403 403 200 403 403 404 403
POST workbooks:upload        /data/uploads/{upload}/               403   403   403 403 403 403 302 403 403 404 403
GET  workbooks:marked        /data/uploads/{upload}/marked/        login login 403 403 403 403 200 403 403 404 403
GET  ledger:load             /data/loads/{load}/                   login login 403 403 403 403 200 200 403 200 403
POST ledger:load             /data/loads/{load}/                   403   403   403 403 403 403 302 403 403 302 403
GET  workbooks:month         /workspace/ledger/                    login login 403 200 200 200 403 403 403 403 403
POST workbooks:month         /workspace/ledger/                    403   403   403 200 200 200 403 403 403 403 403
GET  workbooks:month_download /workspace/ledger/download/          login login 403 200 200 200 403 403 403 403 403
GET  workbooks:month_upload  /workspace/ledger/{month}/            login login 403 200 404 404 403 403 403 403 403
POST workbooks:month_upload  /workspace/ledger/{month}/            403   403   403 302 404 404 403 403 403 403 403
GET  workbooks:project_month /workspace/projects/month/           login login 403 200 200 200 403 403 403 403 200
POST workbooks:project_month /workspace/projects/month/           403   403   403 200 200 200 403 403 403 403 200
GET workbooks:project_month_download /workspace/projects/month/download/ login login 403 200 200 200 403 403 403 403 200
GET  workbooks:project_month_upload /workspace/projects/month/{city}/ login login 403 404 404 404 403 403 403 403 200
POST workbooks:project_month_upload /workspace/projects/month/{city}/ 403   403   403 404 404 404 403 403 403 403 302
GET  workbooks:values        /workspace/values/                    login login 403 200 200 200 403 403 403 403 403
POST workbooks:values        /workspace/values/                    403   403   403 200 200 200 403 403 403 403 403
GET  workbooks:values_download /workspace/values/download/         login login 403 200 200 200 403 403 403 403 403
GET  workbooks:values_upload /workspace/values/{values}/           login login 403 200 404 404 403 403 403 403 403
POST workbooks:values_upload /workspace/values/{values}/           403   403   403 302 404 404 403 403 403 403 403
GET  workbooks:office_month  /review/ledger/                       login login 403 403 403 403 200 200 403 200 403

GET  web:saved_view         /views/{view}/                        login login 404 200 404 404 404 404 404 404 404
POST web:saved_view         /views/{view}/                        403   403   404 302 404 404 404 404 404 404 404

GET  accounts:login         /accounts/login/                      200   200   302 302 302 302 302 302 302 302 302
POST accounts:login         /accounts/login/                      200   200   302 302 302 302 302 302 302 302 302
POST accounts:logout        /accounts/logout/                     302   302   302 302 302 302 302 302 302 302 302
GET  accounts:password      /accounts/password/                   login login 200 200 200 200 200 200 200 200 200
POST accounts:password      /accounts/password/                   login login 200 200 200 200 200 200 200 200 200
GET  accounts:password_done /accounts/password/done/              login login 200 200 200 200 200 200 200 200 200
GET  accounts:sessions      /accounts/sessions/                   login login 200 200 200 200 200 200 200 200 200
POST accounts:sessions      /accounts/sessions/                   login login 302 302 302 302 302 302 302 302 302
GET  accounts:confirm       /accounts/confirm/                    login login 200 200 200 200 200 200 200 200 200
POST accounts:confirm       /accounts/confirm/                    login login 200 200 200 200 200 200 200 200 200
GET  accounts:sign_on       /accounts/sign-on/                    404   404   404 404 404 404 404 404 404 404 404
GET  accounts:signed_on     /accounts/sign-on/done/               404   404   404 404 404 404 404 404 404 404 404
GET  accounts:logged_out    /accounts/logged-out/                 404   404   404 404 404 404 404 404 404 404 404
POST accounts:active        /accounts/active/                     401   401   204 204 204 204 204 204 204 204 204
GET  accounts:code /accounts/code/ login login login login login login login login login login login
POST accounts:code /accounts/code/ login login login login login login login login login login login
GET  accounts:second_factor /accounts/second-factor/              login login 200 200 200 200 200 200 200 200 200
POST accounts:second_factor /accounts/second-factor/              login login 200 200 200 200 200 200 200 200 200
GET  accounts:set_up_app    /accounts/second-factor/set-up/       login login 200 200 200 200 200 200 200 200 200
POST accounts:set_up_app    /accounts/second-factor/set-up/       login login 200 200 200 200 200 200 200 200 200
GET  accounts:forgotten     /accounts/forgotten/                  200   200   200 200 200 200 200 200 200 200 200
POST accounts:forgotten     /accounts/forgotten/                  302   302   302 302 302 302 302 302 302 302 302
GET  accounts:forgotten_sent /accounts/forgotten/sent/            200   200   200 200 200 200 200 200 200 200 200
GET  accounts:tokens        /accounts/tokens/                     login login 200 200 200 200 200 200 200 200 200
POST accounts:tokens        /accounts/tokens/                     login login 200 200 200 200 200 200 200 200 200
GET  accounts:token_revoke  /accounts/tokens/{token}/revoke/      login login 404 200 404 404 404 404 404 404 404
POST accounts:token_revoke  /accounts/tokens/{token}/revoke/      login login 404 302 404 404 404 404 404 404 404
GET  accounts:set_password  /accounts/set-password/MQ/set-password/ 200 200 200 200 200 200 200 200 200 200 200
POST accounts:set_password  /accounts/set-password/MQ/set-password/ 200 200 200 200 200 200 200 200 200 200 200
POST language               /language/                            302   302   302 302 302 302 302 302 302 302 302

GET  api-root               /api/v1/                              401   200   200 200 200 200 200 200 200 200 200
GET  api-summary            /api/v1/summary/                      401   200   200 200 200 200 200 200 200 200 200
GET  api-changes            /api/v1/changes/                      401   200   200 200 200 200 200 200 200 200 200
GET  api-explain            /api/v1/explain/?figure=measures.gap  401   200   200 200 200 200 200 200 200 200 200
GET  api-measures           /api/v1/measures/                     401   200   200 200 200 200 200 200 200 200 200
GET  api-measure            /api/v1/measures/M001/                401   200   200 200 200 200 200 200 200 200 200
GET  api-measure-history    /api/v1/measures/M001/history/        401   200   200 200 200 200 200 200 200 200 200
GET  api-projects           /api/v1/projects/                     401   200   200 200 200 200 200 200 200 200 200
GET  api-project            /api/v1/projects/P0001/               401   200   200 200 200 200 200 200 200 200 200
GET  api-indicators         /api/v1/indicators/                   401   200   200 200 200 200 200 200 200 200 200
GET  api-indicator          /api/v1/indicators/gdp/               401   200   200 200 200 200 200 200 200 200 200
GET  api-indicator-series   /api/v1/indicators/gdp/series/        401   200   200 200 200 200 200 200 200 200 200
GET  api-values             /api/v1/indicators/gdp/filed-values/  401   200   200 200 200 200 200 200 200 200 200
POST api-values             /api/v1/indicators/gdp/filed-values/  401   401   403 201 403 403 403 403 403 403 403
GET  api-value              /api/v1/indicators/gdp/filed-values/{value}/ 401 401 403 200 403 403 200 200 403 200 403
PUT  api-value              /api/v1/indicators/gdp/filed-values/{begun}/ 401 401 403 200 403 403 403 403 403 403 403
POST api-value-submit /api/v1/indicators/gdp/filed-values/{begun}/submit/ 401 401 403 200 403 403 403 403 403 403 403
POST api-value-withdraw /api/v1/indicators/gdp/filed-values/{sent}/withdraw/ 401 401 403 200 403 403 403 403 403 403 403
GET  api-observations       /api/v1/observations/                 401   200   200 200 200 200 200 200 200 200 200
GET  api-measure-rollups    /api/v1/rollups/measures/             401   200   200 200 200 200 200 200 200 200 200
GET  api-project-rollups    /api/v1/rollups/projects/             401   200   200 200 200 200 200 200 200 200 200
GET  api-plans              /api/v1/plans/                        401   200   200 200 200 200 200 200 200 200 200
GET  api-sections           /api/v1/sections/                     401   200   200 200 200 200 200 200 200 200 200
GET  api-themes             /api/v1/themes/                       401   200   200 200 200 200 200 200 200 200 200
GET  api-theme              /api/v1/themes/energy/                401   200   200 200 200 200 200 200 200 200 200
GET  api-categories         /api/v1/categories/                   401   200   200 200 200 200 200 200 200 200 200
GET  api-departments        /api/v1/departments/                  401   200   200 200 200 200 200 200 200 200 200
GET  api-regions            /api/v1/regions/                      401   200   200 200 200 200 200 200 200 200 200
GET  api-problems           /api/v1/problems/                     401   200   200 200 200 200 200 200 200 200 200
GET  api-measure-problems   /api/v1/measures/M004/problems/       401   200   200 200 200 200 200 200 200 200 200
POST api-measure-problems   /api/v1/measures/M004/problems/       401   401   403 201 403 201 201 403 403 201 403
GET  api-problem            /api/v1/measures/M004/problems/1/     401   200   200 200 200 200 200 200 200 200 200
PUT  api-problem            /api/v1/measures/M004/problems/1/     401   401   403 200 403 403 200 403 403 200 403
POST api-problem-moves      /api/v1/measures/M004/problems/1/moves/ 401 401   403 200 403 200 200 403 403 200 403
GET  api-project-problems   /api/v1/projects/P0001/problems/      401   200   200 200 200 200 200 200 200 200 200
POST api-project-problems   /api/v1/projects/P0001/problems/      401   401   403 201 403 403 201 403 403 201 201
GET  api-project-problem    /api/v1/projects/P0001/problems/1/    401   200   200 200 200 200 200 200 200 200 200
PUT  api-project-problem    /api/v1/projects/P0001/problems/1/    401   401   403 200 403 403 200 403 403 200 403
POST api-project-problem-moves /api/v1/projects/P0001/problems/1/moves/ 401 401 403 200 403 403 200 403 403 200 200
GET  api-status-changes     /api/v1/status-changes/               401   200   200 200 200 200 200 200 200 200 200
GET  api-meetings           /api/v1/meetings/                     401   200   200 200 200 200 200 200 200 200 200
GET  api-project-months     /api/v1/project-months/               401   200   200 200 200 200 200 200 200 200 200
GET  api-months-of-project  /api/v1/projects/P0001/months/        401   200   200 200 200 200 200 200 200 200 200
GET  api-accepted-reports   /api/v1/reports/                      401   200   200 200 200 200 200 200 200 200 200
GET  api-reports            /api/v1/measures/M001/reports/        401   200   200 200 200 200 200 200 200 200 200
POST api-reports            /api/v1/measures/M004/reports/        401   401   403 201 403 403 403 403 403 403 403
GET  api-report             /api/v1/measures/M001/reports/{draft}/          401 401 403 200 403 403 200 200 403 200 403
GET  api-report             /api/v1/measures/M002/reports/{done}/           401 200 200 200 200 200 200 200 200 200 200
PUT  api-report             /api/v1/measures/M001/reports/{draft}/          401 401 403 200 403 403 403 403 403 403 403
POST api-report-submit      /api/v1/measures/M001/reports/{draft}/submit/   401 401 403 200 403 403 403 403 403 403 403
POST api-report-withdraw    /api/v1/measures/M003/reports/{waits}/withdraw/ 401 401 403 200 403 403 403 403 403 403 403
GET  schema                 /api/schema/                          401   200   200 200 200 200 200 200 200 200 200
GET  glossary               /glossary/                            login 200   200 200 200 200 200 200 200 200 200
GET  guides                 /guide/                               login 200   200 200 200 200 200 200 200 200 200
GET  guide                  /guide/department/                    login 200   200 200 200 200 200 200 200 200 200
GET  api-docs               /api/docs/                            login 200   200 200 200 200 200 200 200 200 200
GET  api-help               /api/help/                            login 200   200 200 200 200 200 200 200 200 200
GET  api-dictionary         /api/dictionary/                      login 200   200 200 200 200 200 200 200 200 200
GET  api-unknown            /api/v1/nothing/                      401   404   404 404 404 404 404 404 404 404 404

GET  admin_log_in           /admin/login/                         login login 403 403 403 403 403 403 403 403 403
POST admin_log_in           /admin/login/                         login login 403 403 403 403 403 403 403 403 403
GET  admin_password_change  /admin/password_change/               login login 302 302 302 302 302 302 302 302 302
POST admin_password_change  /admin/password_change/               login login 302 302 302 302 302 302 302 302 302
GET  admin:index            /admin/                               302   302   302 302 302 302 302 302 302 200 302
POST admin:index            /admin/                               302   302   302 302 302 302 302 302 302 200 302
"""
# What is posted where the answer depends on it.
AUGUST = {"period": "2023-08"}
WRITTEN = {"status": "in_progress", "against_status": "promoting", "what_was_done": "开工", "version": "1"}
REASON = {"reason": "复查"}
VALUE = {"value": "5.3", "exact": "yes", "release_basis": "stated", "value_provenance": "reported", "verified": "yes"}
INDICATOR = {
    "name_zh": "改名",
    "group": "other",
    "direction": "up",
    "unit": "%",
    "zh_factor": "1",
    "provenance": "reported",
    **dict.fromkeys(("cumulative", "is_share", "may_join", "may_compare", "may_add_up", "may_rank"), "no"),
}
TARGET = {
    "region": "370000",
    "due_year": "2030",
    "value": "8",
    "unit": "%",
    "derived": "no",
    "document": "计划",
    "adopted_on": "2023-01-01",
    "provenance": "reported",
}
BODIES = {
    "POST measures:comment": {"text": "意见"},
    "POST measures:scope": {"kind": "suspended", "effective_on": "2023-08-29", "reason": "暂缓"},
    "POST projects:scope": {"kind": "withdrawn", "effective_on": "2023-08-29", "reason": "不再实施"},
    "POST measures:terms": {
        "due_on": "2024-06-30",
        "initial-due_on": "2023-12-31",
        "lead_department": "science",
        "initial-lead_department": "science",
        "section": "innovation",
        "initial-section": "innovation",
        **REASON,
    },
    "POST measures:correct": {"status": "in_progress", "effective_on": "2023-06-20", **REASON},
    "POST measures:reopen": {"status": "in_progress", "effective_on": "2023-08-29", **REASON},
    "POST office:add_measure": {
        "code": "M005",
        "section": "innovation",
        "title_zh": "新措施",
        "title_en": "Another",
        "lead_department": "science",
        "listed_on": "2023-08-01",
    },
    "POST office:add_project": {
        "code": "P0002",
        "name_zh": "新项目",
        "city": "370200",
        "category": "energy",
        "opening_stage": "preparing",
        "investment_wan": "12.5",
        "listed_on": "2023-08-01",
    },
    "POST office:project": {
        "name_zh": "改名",
        "city": "370200",
        "category": "energy",
        "opening_stage": "completed",
        **REASON,
    },
    "POST office:project_terms": {"investment_wan": "12.5", **REASON},
    "POST office:annual_plan": {"planned_wan": "1.5", **REASON},
    "POST office:add_exemption": {
        "city": "370200",
        "starts_on": "2023-02-01",
        "ends_on": "2023-02-28",
        "reason_zh": "受灾",
    },
    "POST office:exemption": {"ends_on": "2023-08-31", "reason_zh": "受灾"},
    "POST office:add_department": {
        "number": "9",
        "slug": "new",
        **dict.fromkeys(("name_zh", "name_en", "short_zh", "short_en"), "新厅"),
    },
    "POST office:site": {"name_zh": "新平台", "languages": "both"},
    "POST office:plausibility": {"action": "try"},
    "POST office:limits": {"report_due_day": "20", "due_soon_days": "", "silent_days": ""},
    "POST office:current_plan": {"plan": "shandong-2023-2025", **REASON},
    "POST office:plan": {"name_zh": "新计划", "starts_on": "2023-01-01", "ends_on": "2025-12-31", "region": "370000"},
    "POST office:add_milestone": {"happens_on": "2023-09-01", "known": "day", "name_zh": "启动"},
    "POST office:milestone": {"happens_on": "2023-09-01", "known": "day", "name_zh": "启动"},
    "POST office:add_category": {"number": "9", "name_zh": "新类", "slug": "new"},
    "POST office:category": {"number": "9", "name_zh": "改名"},
    "POST office:add_problem_category": {"number": "9", "name_zh": "新类", "slug": "new"},
    "POST office:problem_category": {"number": "9", "name_zh": "改名"},
    "POST office:department": {
        "number": "1",
        **dict.fromkeys(("name_zh", "name_en", "short_zh", "short_en"), "改名厅"),
        **REASON,
    },
    "POST office:invite": {"username": "new", "name": "新人", "role": "viewer"},
    "POST office:person": {"name": "张三", "role": "viewer"},
    "POST office:add_section": {"number": "9", "title_zh": "新任务", "title_en": "Another", "slug": "another"},
    "POST office:add_theme": {"number": "9", "name_zh": "新专题", "name_en": "Another", "slug": "another"},
    "POST office:theme": {"number": "1", "name_zh": "改名", "name_en": "Renamed"},
    "POST office:add_indicator": {**INDICATOR, "code": "ozone"},
    "POST office:indicator": INDICATOR,
    "POST office:add_target": TARGET,
    "POST office:target": TARGET,
    "POST office:remove_target": REASON,
    "POST office:section": {"number": "1", "title_zh": "改名", "title_en": "Renamed"},
    "POST office:measure": {"title_zh": "改名", "title_en": "Renamed", **REASON},
    "POST office:owners": {"owner": "ada", "deputy": ""},
    "POST office:many_owners": {"owner": "ada", "measure": "{led}::"},
    "POST problems:add_meeting": {"meeting": "new", "title_zh": "会", "held_on": "2023-08-29", "problems": "{problem}"},
    "POST problems:change_meeting": {"title_zh": "改名", "held_on": "2023-08-28"},
    "POST problems:meeting_agenda": {"off": "{item}"},
    "POST problems:direction": {"owner": "energy", "what": "供地", "due_on": "2023-09-30"},
    "POST office:merge": {"into": "energy", "confirmed": "on", **REASON},
    "POST measures:report": {**WRITTEN, "action": "submit"},
    "POST measures:draft": WRITTEN,
    "POST measures:no_change": {"measure": "M004", **AUGUST},
    "POST measures:decide": {"report": "{waits_shown}", "decision": "accept"},
    "POST projects:decide": {"report": "{filed_shown}", "decision": "accept"},
    "POST projects:month": {"stage": "preparing", "action": "draft"},
    "POST projects:month_draft": {"stage": "preparing"},
    "POST indicators:value": {**VALUE, "action": "draft"},
    "POST indicators:value_draft": VALUE,
    "POST indicators:paste": {**VALUE, "text": "2023Q1\t5.1\t2023-04-20", "action": "save"},
    "POST indicators:decide": {"report": "{value_shown}", "decision": "accept"},
    "POST notices:remind": {"department": "science", **AUGUST},
    "POST notices:remind_city": {"city": "370300", **AUGUST},
    "POST measures:list": {"name": "在推进"},
    "POST problems:list": {"name": "未销号"},
    "POST problems:measure_raise": {"text": "缺人"},
    "POST problems:measure_draft": {"text": "缺人", "version": "1"},
    "POST problems:measure_move": {"note": "已报告"},
    "POST problems:project_raise": {"text": "缺人"},
    "POST problems:project_draft": {"text": "缺人", "version": "1"},
    "POST problems:project_move": {"note": "已报告"},
    "POST projects:list": {"name": "全部"},
    "POST indicators:list": {"name": "全部"},
    "POST workbooks:data": {"pasted": "code\tdue_on\nM001\t2023-02-30"},
    "POST workbooks:upload": {"action": "save"},
    "POST ledger:load": REASON,
    "POST workbooks:month_upload": {"action": "save"},
    "POST workbooks:project_month_upload": {"action": "save"},
    "POST workbooks:values_upload": {"action": "save"},
    "POST web:saved_view": {"name": "改名"},
    "POST rollups:runs": {"task": "check"},
    "POST accounts:login": {"username": "vic", "password": "guess"},
    "POST accounts:password": {"old_password": "guess"},
    "POST accounts:forgotten": {"email": "nobody@example.org"},
    "POST accounts:tokens": {"name": "导出", "scope": "read", "days": "90"},
    "POST language": {"language": "en"},
    "POST api-reports": {**AUGUST, "status": "promoting", "what_was_done": "开工"},
    "PUT api-report": {"version": 1, "what_was_done": "开工了"},
    "POST api-report-submit": {},
    "POST api-values": {"region": "370000", "period": "2023Q1", "value": 6.1},
    "PUT api-value": {"version": 1, "value": 6.4},
    "POST api-value-submit": {},
    "POST api-value-withdraw": {},
    "POST api-measure-problems": {"text": "缺人"},
    "PUT api-problem": {"version": 1, "text": "缺钱"},
    "POST api-problem-moves": {"move": "reply", "note": "已报告"},
    "POST api-project-problems": {"text": "缺人"},
    "PUT api-project-problem": {"version": 1, "text": "缺钱"},
    "POST api-project-problem-moves": {"move": "reply", "note": "已报告"},
    "POST api-report-withdraw": {},
}


@dataclass(frozen=True)
class Row:
    method: str
    name: str
    address: str
    answers: tuple[str, ...]

    def __str__(self):
        return f"{self.method} {self.name} {self.address}"

    @property
    def is_api(self):
        return self.address.startswith("/api/v1/")


def read_table():
    lines = [line.split() for line in TABLE.splitlines() if line]
    return [Row(method, name, address, tuple(answers)) for method, name, address, *answers in lines]


ROWS = read_table()
