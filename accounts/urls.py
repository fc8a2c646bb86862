from django.urls import path

from accounts.confirmation import ConfirmPassword
from accounts.views.forgotten import ForgottenPassword, ForgottenSent
from accounts.views.own_account import ChangePassword, LogIn, PasswordChanged, RevokeToken, SetPassword, tokens
from accounts.views.second_factor import EnterCode, second_factor, set_up
from accounts.views.sessions import active, sessions
from accounts.views.sign_on import LoggedOut, LogOut, SignedOn, SignOn

app_name = "accounts"
urlpatterns = [
    path("login/", LogIn.as_view(), name="login"),
    path("logout/", LogOut.as_view(), name="logout"),
    path("sign-on/", SignOn.as_view(), name="sign_on"),
    path("sign-on/done/", SignedOn.as_view(), name="signed_on"),
    path("logged-out/", LoggedOut.as_view(), name="logged_out"),
    path("password/", ChangePassword.as_view(), name="password"),
    path(
        "password/done/",
        PasswordChanged.as_view(),
        name="password_done",
    ),
    path("forgotten/", ForgottenPassword.as_view(), name="forgotten"),
    path("forgotten/sent/", ForgottenSent.as_view(), name="forgotten_sent"),
    path("set-password/<uidb64>/<token>/", SetPassword.as_view(), name="set_password"),
    path("code/", EnterCode.as_view(), name="code"),
    path("second-factor/", second_factor, name="second_factor"),
    path("second-factor/set-up/", set_up, name="set_up_app"),
    path("confirm/", ConfirmPassword.as_view(), name="confirm"),
    path("active/", active, name="active"),
    path("sessions/", sessions, name="sessions"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/<int:pk>/revoke/", RevokeToken.as_view(), name="token_revoke"),
]
