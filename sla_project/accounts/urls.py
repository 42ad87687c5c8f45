from django.urls import path

from sla_project.accounts.views import own, people, teams

app_name = "accounts"

urlpatterns = [
    path("profile/", own.profile, name="profile"),
    path("profile/password/", own.ChangePassword.as_view(), name="password_change"),
    path("tokens/", own.token_list, name="token_list"),
    path("tokens/<int:pk>/revoke/", own.token_revoke, name="token_revoke"),
    path("people/", people.person_list, name="person_list"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/<int:pk>/", people.person_detail, name="person_detail"),
    path("people/<int:pk>/edit/", people.person_edit, name="person_edit"),
    path("teams/", teams.team_list, name="team_list"),
    path("teams/new/", teams.team_new, name="team_new"),
    path("teams/<int:pk>/", teams.team_detail, name="team_detail"),
    path("teams/<int:pk>/edit/", teams.team_edit, name="team_edit"),
    path("teams/<int:pk>/delete/", teams.team_delete, name="team_delete"),
]
