from django.urls import path

from reports.documents import views

urlpatterns = [
    path("", views.papers, name="papers"),
    path("walk-lists/", views.ask_lists, name="ask_lists"),
    path("walk-lists/<int:pk>/", views.walk_list, name="walk_list"),
    path("walk-lists/<int:pk>/<int:number>/", views.walk_list_part, name="walk_list_part"),
    path("forms/", views.blank_paper, name="blank_paper"),
    path("slips/", views.slips, name="slips"),
    path("visits/<uuid:pk>/", views.visit_paper, name="visit_paper"),
    path("cases/<int:pk>/", views.case_paper, name="case_paper"),
]
