"""Cognito user pools."""

from local.resources.calls import Aws, Made, Properties, arguments


def create_user_pool(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a user pool."""
    cognito = aws("cognito-idp")
    wanted: Properties = {"UserPoolName": name} | properties
    factors = wanted.pop("EnabledMfas", [])
    settings = arguments(cognito, "CreateUserPool", wanted, UserPoolName="PoolName")
    pool = cognito.create_user_pool(**settings)["UserPool"]
    if factors:
        cognito.set_user_pool_mfa_config(
            UserPoolId=pool["Id"],
            SoftwareTokenMfaConfiguration={"Enabled": "SOFTWARE_TOKEN_MFA" in factors},
            MfaConfiguration=wanted["MfaConfiguration"],
        )
    provider = f"cognito-idp.{cognito.meta.region_name}.amazonaws.com/{pool['Id']}"
    attributes = {
        "UserPoolId": pool["Id"],
        "Arn": pool["Arn"],
        "ProviderName": provider,
        "ProviderURL": f"https://{provider}",
    }
    return Made(pool["Id"], attributes)


def create_user_pool_client(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a user pool's client."""
    cognito = aws("cognito-idp")
    wanted = {"ClientName": name} | properties
    settings = arguments(cognito, "CreateUserPoolClient", wanted)
    client_id = cognito.create_user_pool_client(**settings)["UserPoolClient"]["ClientId"]
    return Made(client_id, {"ClientId": client_id})


def create_user_pool_domain(aws: Aws, _name: str, properties: Properties) -> Made:
    """Create the domain of a user pool's sign-in page; the page itself is the front's."""
    cognito = aws("cognito-idp")
    cognito.create_user_pool_domain(**arguments(cognito, "CreateUserPoolDomain", properties))
    return Made(properties["Domain"], {})
