"""Signing in, with any password, and the identity behind a token."""

from django.contrib.auth import get_user_model, login
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from oauth2_provider.decorators import protected_resource


@protected_resource(scopes=['read'])
def me(request):
    user = request.resource_owner
    return JsonResponse(
        {
            'email': user.email,
            'user_id': f'id-of-{user.username}',
            'first_name': user.username.title(),
            'last_name': 'Example',
            'account': {'badge/number': f'badge-of-{user.username}'},
        }
    )


def sign_in(request):
    if request.method != 'POST':
        return HttpResponse('<form method="post"><input name="login"><input name="password"></form>')
    name = request.POST['login']
    user, _ = get_user_model().objects.get_or_create(username=name, email=f'{name}@example.com')
    login(request, user)
    return HttpResponseRedirect(request.GET['next'])
