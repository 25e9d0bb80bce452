"""Claims of the person in id tokens and userinfo."""

from oauth2_provider.oauth2_validators import OAuth2Validator


class Validator(OAuth2Validator):
    # Otherwise claims without a scope of their own are left out.
    oidc_claim_scope = None

    def get_additional_claims(self):
        return {
            'name': lambda request: f'{request.user.username.title()} Example',
            'email': lambda request: request.user.email,
            'email_verified': lambda request: True,
            'groups': lambda request: [f'group-of-{request.user.username}'],
        }
