"""A package's descriptions, checked by the public validators of their formats.

usage: python3 tests/packages.py PACKAGE

Needs the modules of tests/requirements.txt; uses no network: the validator of RO-Crates would fetch
the JSON-LD context of RO-Crate 1.1, and is given the terms of it that a package uses.
"""

import sys
from pathlib import Path

SCHEMA = "http://schema.org/"
TYPES = ["CreativeWork", "Dataset", "Organization", "SoftwareApplication", "CreateAction"]
TERMS = [
    "about", "actionStatus", "agent", "author", "contentSize", "datePublished", "description",
    "encodingFormat", "endTime", "hasPart", "instrument", "license", "mentions", "name", "object",
    "operatingSystem", "publisher", "result", "softwareRequirements", "softwareVersion", "version",
]
CONTEXT = {
    **{term: SCHEMA + term for term in TYPES + TERMS},
    "File": SCHEMA + "MediaObject",
    "conformsTo": "http://purl.org/dc/terms/conformsTo",
}


class Answer:
    """What the server of the context would answer."""

    status_code = 200
    headers = {"Content-Type": "application/ld+json"}

    @staticmethod
    def json():
        return {"@context": CONTEXT}


def frictionless(package):
    from frictionless import Package

    report = Package.from_descriptor(str(package / "datapackage.json")).validate()
    for task in report.tasks:
        for error in task.errors[:3]:
            print(f"  {task.name}: {error.message}")
    print(f"Frictionless: {len(report.tasks)} resources, {'valid' if report.valid else 'NOT VALID'}")
    return report.valid


def ro_crate(package):
    import rdflib.plugins.shared.jsonld.context as contexts
    from rocrate_validator import models, services
    from rocrate_validator.utils.http import HttpRequester

    HttpRequester.get = lambda self, url, **kwargs: Answer()
    contexts.source_to_json = lambda source, *args, **kwargs: (Answer.json(), None)
    valid = True
    for profile in ["ro-crate-1.1", "process-run-crate-0.5"]:
        settings = services.ValidationSettings(
            rocrate_uri=str(package),
            profile_identifier=profile,
            requirement_severity=models.Severity.REQUIRED,
        )
        result = services.validate(settings)
        for issue in result.get_issues():
            print(f"  {issue.severity.name} {issue.check.identifier}: {issue.message}")
        print(f"RO-Crate, {profile}: {'valid' if result.passed() else 'NOT VALID'}")
        valid = valid and result.passed()
    return valid


def main():
    package = Path(sys.argv[1]).resolve()
    checks = [frictionless(package), ro_crate(package)]
    sys.exit(0 if all(checks) else 1)


if __name__ == "__main__":
    main()
