"""House style that no formatter checks: sizes, opening comments, words that must not stay."""
import re

import tree

FILE_LINES_MAX = 400
LINE_WIDTH_MAX = 100
FUNCTION_LINES_MAX = 70
BLOB_BYTES_MAX = 200_000
# Prose and data may be longer and wider than code.
CODE = (".hpp", ".cpp", ".proto", ".py", ".cmake", "CMakeLists.txt", ".sql", ".js",
        ".css")
COMMENT = {".hpp": "//", ".cpp": "//", ".proto": "//", ".sql": "--", ".cmake": "#",
           ".py": ('"""', "#"), ".toml": "#", ".js": "//", ".css": "/*"}
# Written in pieces, so that this file does not find itself.
UNFINISHED = re.compile("|".join(rf"\b{a}{b}\b" for a, b in
                                 [("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK")]))
MACHINE_PATH = re.compile(r"(?<![\w./~}])/(?:work|home|root|Users)/")


def scripts():
    """Files without a suffix that open with #!."""
    return [path for path in tree.files() if "." not in path.rsplit("/", 1)[-1]
            and (tree.ROOT / path).read_bytes()[:2] == b"#!"]


def texts():
    """Everything but the seeds of the fuzz bodies, which are any bytes."""
    return [path for path in tree.files() if "/corpus/" not in path]


def code_files():
    return tree.files(*CODE) + scripts()


def test_files_are_short():
    tree.report([f"{path}: {lines} lines, at most {FILE_LINES_MAX}" for path in code_files()
                 if (lines := tree.text(path).count("\n")) > FILE_LINES_MAX])


def test_lines_are_narrow():
    """But for a line of the wire in a test, which must not be broken."""
    tree.report([f"{path}:{number}: {len(line)} columns, at most {LINE_WIDTH_MAX}"
                 for path in code_files()
                 for number, line in enumerate(tree.text(path).splitlines(), 1)
                 if len(line) > LINE_WIDTH_MAX and not line.lstrip().startswith('R"')])


def test_functions_are_short():
    """The formatter puts a function's first line and its closing brace in the first column."""
    findings = []
    for path in tree.files(".cpp", ".hpp"):
        start = None
        for number, line in enumerate(tree.code(path).splitlines(), 1):
            if re.match(r"[A-Za-z_]", line) and not re.match(
                    r"(namespace|class|struct|enum|union|template|using|extern|inline constexpr|"
                    r"constexpr|const|static const)\b", line) and "(" in line:
                start = number
            elif line.startswith("}"):
                if start and number - start > FUNCTION_LINES_MAX:
                    findings.append(f"{path}:{start}: a function of {number - start} lines, "
                                    f"at most {FUNCTION_LINES_MAX}")
                start = None
    tree.report(findings)


def test_every_file_opens_with_a_comment_on_its_job():
    findings = []
    for path in code_files():
        if path.endswith("CMakeLists.txt"):
            continue  # a list of targets, each named for its job
        lines = tree.text(path).splitlines()
        opening = next((line for line in lines if not line.startswith("#!")), "")
        suffix = next((suffix for suffix in COMMENT if path.endswith(suffix)), None)
        if not opening.startswith(COMMENT.get(suffix, ("#", '"""'))):
            findings.append(f"{path}: opens without a comment")
    tree.report(findings)


def test_nothing_is_left_unfinished():
    tree.report([f"{path}:{number}: {match.group(0)}" for path in texts()
                 for number, line in enumerate(tree.text(path).splitlines(), 1)
                 if (match := UNFINISHED.search(line))])


def test_no_path_of_one_machine_is_written_down():
    tree.report([f"{path}:{number}: {line.strip()}" for path in texts()
                 if path != "tests/tidy/test_style.py"
                 for number, line in enumerate(tree.text(path).splitlines(), 1)
                 if MACHINE_PATH.search(line)])


def test_no_large_file_is_tracked():
    tree.report([f"{path}: {size} bytes, at most {BLOB_BYTES_MAX}" for path in tree.files()
                 if (size := (tree.ROOT / path).stat().st_size) > BLOB_BYTES_MAX])


def test_every_top_level_folder_has_a_readme():
    folders = {path.split("/")[0] for path in tree.files() if "/" in path}
    tree.report([f"{folder}/README.md is missing" for folder in sorted(folders)
                 if not folder.startswith(".") and folder != "cmake"
                 and f"{folder}/README.md" not in tree.files()])
