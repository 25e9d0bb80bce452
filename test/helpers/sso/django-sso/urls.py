"""The paths of the SSO, a page to sign in on, and what a test may order."""

from django.urls import path
from oauth2_provider.views import AuthorizationView, IntrospectTokenView, TokenView

import orders
import people

urlpatterns = [
    path('o/authorize/', AuthorizationView.as_view()),
    path('o/token/', TokenView.as_view()),
    path('o/introspect/', IntrospectTokenView.as_view()),
    path('api/v1/user/me/', people.me),
    path('sign-in/', people.sign_in),
    path('orders/', orders.carry_out),
]
