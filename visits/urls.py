from django.urls import path

from visits import added_views, record_views, views
from visits.keying import views as keying
from visits.outreach import views as outreach

app_name = "visits"

urlpatterns = [
    path("round/", views.round_view, name="round"),
    path("doors/new/", views.add_door, name="add_door"),
    path("doors/", views.find_door, name="find_door"),
    path("doors/added/", added_views.added, name="added"),
    path("doors/added/<int:pk>/", added_views.added_door, name="added_door"),
    path("doors/<int:pk>/", views.door, name="door"),
    path("doors/<int:pk>/building/", views.building, name="building"),
    path("doors/<int:pk>/call/", views.call, name="call"),
    path("doors/<int:pk>/nobody-in/", views.nobody_in, name="nobody_in"),
    path("doors/<int:pk>/could-not-meet/", views.could_not_meet, name="could_not_meet"),
    path("visits/", record_views.records, name="records"),
    path("visits/receipts/", record_views.receipts, name="receipts"),
    path("visits/keyed/", keying.keyed, name="keyed"),
    path("visits/keyed/check/", keying.check, name="keyed_check"),
    path("visits/<uuid:pk>/", record_views.record, name="record"),
    path("visits/<uuid:pk>/undo/", views.undo, name="undo"),
    path("visits/<uuid:pk>/correct/", record_views.correct, name="correct"),
    path("visits/<uuid:pk>/void/", record_views.void, name="void"),
    path("visits/<uuid:pk>/photos/<int:number>/", record_views.photo, name="photo"),
    path("outreach/new/", outreach.new, name="outreach_new"),
    path("outreach/<int:pk>/", outreach.outreach, name="outreach"),
    path("me/", views.me, name="me"),
]
