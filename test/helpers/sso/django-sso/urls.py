"""The paths of the toolkit, the page about the user, a page to sign in on, and what a test may order."""

from django.urls import include, path
from oauth2_provider.urls import base_urlpatterns, oidc_urlpatterns

import orders
import people

urlpatterns = [
    path('o/', include((base_urlpatterns + oidc_urlpatterns, 'oauth2_provider'))),
    path('api/v1/user/me/', people.me),
    path('sign-in/', people.sign_in),
    path('orders/', orders.carry_out),
]
