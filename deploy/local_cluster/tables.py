"""Configuration as nested dicts: laid over one another, and written as TOML."""
import json


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml_value, value)) + "]"
    return str(value) if isinstance(value, int) else json.dumps(str(value))


def is_array_of_tables(value):
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def toml(tables, path=""):
    """Nested dicts as TOML: a dict is a table, a list of dicts an array of tables."""
    nested = {key: value for key, value in tables.items()
              if isinstance(value, dict) or is_array_of_tables(value)}
    lines = [f"{key} = {toml_value(value)}" for key, value in tables.items() if key not in nested]
    for key, value in nested.items():
        name = f"{path}{key}"
        if isinstance(value, dict):
            lines += ["", f"[{name}]", toml(value, name + ".")]
        else:
            for each in value:
                lines += ["", f"[[{name}]]", toml(each, name + ".")]
    return "\n".join(lines)


def merged(base, changes):
    """`base` with `changes` laid over it, table by table; arrays of tables in order."""
    if isinstance(base, dict) and isinstance(changes, dict):
        return base | {key: merged(base[key], value) if key in base else value
                       for key, value in changes.items()}
    if is_array_of_tables(base) and is_array_of_tables(changes):
        pairs = [merged(one, other) for one, other in zip(base, changes)]
        return pairs + base[len(pairs):] + changes[len(pairs):]
    return changes
