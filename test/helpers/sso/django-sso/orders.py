"""What a test changes while the server runs: one application, and the age of what was given out."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken


def carry_out(request):
    order, value = request.POST['order'], request.POST['value']
    application = Application.objects.get()
    past = timezone.now() - timedelta(seconds=1)
    if order == 'allow-redirect':
        application.redirect_uris = f'{application.redirect_uris} {value}'.strip()
        application.save()
    elif order == 'ask-for-consent':
        application.skip_authorization = False
        application.save()
    elif order == 'revoke-tokens':
        RefreshToken.objects.all().delete()
        AccessToken.objects.all().delete()
    elif order == 'expire-tokens':
        AccessToken.objects.update(expires=past)
    elif order == 'expire-codes':
        Grant.objects.update(expires=past)
    elif order == 'end-sessions':
        Session.objects.all().delete()
    else:
        return HttpResponse(status=400)
    return HttpResponse()
