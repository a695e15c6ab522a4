"""All models: those of the lists, and those that are here besides."""

from dataclasses import dataclass
from typing import get_args

from index import installed, models

_ROLES = get_args(models.Role)


@dataclass(frozen=True, slots=True)
class Row:
    """A model of the lists, or one that is here besides; None stands for what is not known."""

    role: str | None
    name: str
    bytes: int | None
    licence: str | None
    repository: str | None
    revision: str | None
    here: str
    path: str | None
    installed: str | None


def listed(damaged: dict[str, str]) -> list[Row]:
    """List all models, role by role, in each those of the lists first."""
    known = {model.name: model for model in models.known()}
    here = {model.name: model for model in installed.installed()}
    rows = []
    for name in (*known, *sorted((here.keys() | damaged.keys()) - known.keys())):
        stated, found = known.get(name), here.get(name)
        either = found or stated
        size = sum(file.bytes or 0 for file in stated.files) if stated else 0
        rows.append(
            Row(
                role=either.role if either else None,
                name=name,
                bytes=found.bytes if found else size or None,
                licence=stated.licence if stated else None,
                repository=either.repository if either else None,
                revision=either.revision if either else None,
                here="yes" if found else "damaged" if name in damaged else "no",
                path=str(found.path) if found else None,
                installed=found.when.isoformat() if found else None,
            )
        )
    return sorted(rows, key=lambda row: _ROLES.index(row.role) if row.role else len(_ROLES))
