from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("password/", views.change_password, name="change_password"),
    path("demo/sign-in/", views.demo_sign_in, name="demo_sign_in"),
    path("notices/", views.notices, name="notices"),
]
