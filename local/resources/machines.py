"""Step Functions state machines, and the roles that they run as."""

import json

from local.resources.calls import Aws, Made, Properties, tags


def create_role(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a role with the policies that stand inside it."""
    iam = aws("iam")
    wanted = dict(properties)
    policies = wanted.pop("Policies", [])
    trust = json.dumps(wanted.pop("AssumeRolePolicyDocument"))
    role_name = wanted.pop("RoleName", name)
    if wanted:
        raise ValueError(f"role {role_name}: the provisioner does not know {sorted(wanted)}")
    role = iam.create_role(RoleName=role_name, AssumeRolePolicyDocument=trust)["Role"]
    for policy in policies:
        iam.put_role_policy(
            RoleName=role_name,
            PolicyName=policy["PolicyName"],
            PolicyDocument=json.dumps(policy["PolicyDocument"]),
        )
    return Made(role_name, {"Arn": role["Arn"], "RoleId": role["RoleId"]})


def create_state_machine(aws: Aws, name: str, properties: Properties) -> Made:
    """Create a state machine, with the substitutions of its definition made."""
    wanted = dict(properties)
    tags(wanted)
    definition = json.dumps(wanted.pop("Definition"))
    for placeholder, value in wanted.pop("DefinitionSubstitutions", {}).items():
        definition = definition.replace(f"${{{placeholder}}}", value)
    machine_name = wanted.pop("StateMachineName", name)
    kind, role = wanted.pop("StateMachineType", "STANDARD"), wanted.pop("RoleArn")
    if wanted:
        raise ValueError(f"machine {machine_name}: the provisioner does not know {sorted(wanted)}")
    arn = aws("stepfunctions").create_state_machine(
        name=machine_name, definition=definition, roleArn=role, type=kind
    )["stateMachineArn"]
    return Made(arn, {"Arn": arn, "Name": machine_name})
