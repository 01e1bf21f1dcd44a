"""Which files are read: templates are known by what they hold, and a repository is hostile data."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

import pytest
from projects import lay_out, template

from samguard.errors import SamguardError
from samguard.project import NotRead, Options, Project, load_project

TEMPLATE = template()
PLAIN = "Resources:\n  Topic: {Type: 'AWS::SNS::Topic'}\n"

posix = pytest.mark.skipif(sys.platform == "win32", reason="asks for what only POSIX file systems have")
unprivileged = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")


def paths(project: Project) -> list[str]:
    return [file.document.path for file in project.templates]


def found(folder: Path, *named: str) -> list[str]:
    """The templates that a run finds in a folder, or in what is named of it."""
    return paths(load_project([str(folder / name) for name in named] or [str(folder)]))


@pytest.fixture(autouse=True)
def project_is_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths in the tests are relative to the project's folder."""
    monkeypatch.chdir(tmp_path)


# by content


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("stack.yaml", TEMPLATE),
        ("stack.yml", PLAIN),
        ("stack.template", PLAIN),
        ("stack.json", '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'),
        ("stack.json", '\n\n{\n "Resources":\n{"Topic": {"Type": "Custom::Thing"}}}'),
        ("sam.yaml", "Transform: [AWS::Serverless-2016-10-31]\nResources: {F: {Type: 'AWS::Serverless::Function'}}\n"),
        ("windows.yaml", PLAIN.replace("\n", "\r\n")),
        ("mark.yaml", b"\xef\xbb\xbf" + PLAIN.encode()),
        ("tail.yaml", f"# {'x' * 100_000}\n{PLAIN}"),
    ],
)
def test_a_template_is_known_by_what_it_holds(tmp_path: Path, name: str, content: str | bytes) -> None:
    lay_out(tmp_path, {name: content})
    assert [name] == found(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("compose.yaml", "services: {web: {image: nginx}}\n"),
        ("policy.json", '{"Resources": ["arn:aws:s3:::bucket"]}'),
        ("prose.yaml", "text: |\n  Resources: of the type AWS::SNS::Topic\n"),
        ("package.json", "[]"),
        ("empty.yaml", ""),
        ("template.txt", TEMPLATE),
        ("template.yaml.bak", TEMPLATE),
        ("template", TEMPLATE),
    ],
)
def test_what_holds_something_else_or_ends_otherwise_is_no_template(tmp_path: Path, name: str, content: str) -> None:
    lay_out(tmp_path, {name: content})
    project = load_project(["."])
    assert ([], (), ()) == (paths(project), project.documents, project.not_read)


def test_what_looks_like_a_template_and_cannot_be_parsed_is_kept_for_the_rules(tmp_path: Path) -> None:
    lay_out(tmp_path, {"broken.yaml": f"{TEMPLATE}  ]: oops\n"})
    (document,) = load_project(["."]).documents
    assert ("broken.yaml", None, True) == (document.path, document.root, bool(document.problems))


def test_a_file_of_blank_lines_takes_no_time(tmp_path: Path) -> None:
    lay_out(tmp_path, {"blank.json": b"AWS::SNS" + b"\n" * 1_000_000})
    assert [] == found(tmp_path)


def test_templates_are_found_at_any_depth_in_the_order_of_their_paths(tmp_path: Path) -> None:
    names = ["a/b/c/d/e/f/g/h/t.yaml", "a.yaml", "b/t.yaml", "b.yaml", "z/a.json"]
    lay_out(tmp_path, dict.fromkeys(names, PLAIN) | {"z/a.json": '{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}'})
    assert sorted(names) == found(tmp_path)


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    lay_out(tmp_path, {"t.yaml": PLAIN})
    assert ["t.yaml"] == found(tmp_path, "t.yaml", ".", "t.yaml", "./t.yaml")


# .gitignore


@pytest.mark.parametrize(
    ("ignored", "kept"),
    [
        ("generated.yaml", ["a/t.yaml", "t.yaml"]),
        ("a/", ["generated.yaml", "t.yaml"]),
        ("/t.yaml", ["a/generated.yaml", "a/t.yaml", "generated.yaml"]),
        ("*.yaml\n!t.yaml", ["a/t.yaml", "t.yaml"]),
        ("*\n!*/\n!/a/t.yaml", ["a/t.yaml"]),
        ("# *.yaml\n\n", ["a/generated.yaml", "a/t.yaml", "generated.yaml", "t.yaml"]),
    ],
)
def test_gitignore_is_honoured(tmp_path: Path, ignored: str, kept: list[str]) -> None:
    names = ["t.yaml", "generated.yaml", "a/t.yaml", "a/generated.yaml"]
    lay_out(tmp_path, {**dict.fromkeys(names, PLAIN), ".gitignore": ignored})
    assert kept == found(tmp_path)


def test_a_nested_gitignore_speaks_for_its_folder(tmp_path: Path) -> None:
    names = ["a/t.yaml", "b/t.yaml"]
    lay_out(tmp_path, {**dict.fromkeys(names, PLAIN), "a/.gitignore": "t.yaml"})
    assert ["b/t.yaml"] == found(tmp_path)


def test_the_nearest_gitignore_decides(tmp_path: Path) -> None:
    names = ["a/t.yaml", "b/t.yaml"]
    lay_out(tmp_path, {**dict.fromkeys(names, PLAIN), ".gitignore": "t.yaml", "a/.gitignore": "!t.yaml"})
    assert ["a/t.yaml"] == found(tmp_path)


def test_nothing_is_taken_back_from_a_folder_that_is_ignored(tmp_path: Path) -> None:
    lay_out(tmp_path, {"out/t.yaml": PLAIN, ".gitignore": "out/\n!out/t.yaml", "out/.gitignore": "!t.yaml"})
    assert [] == found(tmp_path)


def test_a_gitignore_above_the_folder_holds_up_to_the_top_of_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(
        tmp_path,
        {
            ".gitignore": "kept.yaml",
            "repository/.git/HEAD": "",
            "repository/.gitignore": "generated.yaml",
            "repository/a/b/generated.yaml": PLAIN,
            "repository/a/b/kept.yaml": PLAIN,
        },
    )
    monkeypatch.chdir(tmp_path / "repository/a/b")
    assert ["kept.yaml"] == paths(load_project(["."]))


def test_what_is_ignored_is_read_where_it_is_named(tmp_path: Path) -> None:
    lay_out(tmp_path, {".gitignore": "out/", "out/a/t.yaml": PLAIN})
    assert [] == found(tmp_path)
    assert ["out/a/t.yaml"] == found(tmp_path, "out")
    assert ["out/a/t.yaml"] == found(tmp_path, "out/a")
    assert ["out/a/t.yaml"] == found(tmp_path, "out/a/t.yaml")


def test_a_gitignore_with_nonsense_in_it_counts_for_the_rest(tmp_path: Path) -> None:
    lay_out(tmp_path, {".gitignore": b"[z-a]\n!\n\\\n[[:alpha:]]\xff\x00\na.yaml\n", "a.yaml": PLAIN, "b.yaml": PLAIN})
    assert ["b.yaml"] == found(tmp_path)


@pytest.mark.parametrize("pattern", [f"{'*a' * 20}b", f"{'**/a/' * 20}b", f"{'?*' * 50}b"])
def test_a_gitignore_cannot_keep_samguard_busy(tmp_path: Path, pattern: str) -> None:
    lay_out(tmp_path, {".gitignore": pattern, f"{'a' * 200}.yaml": PLAIN, f"{'a/' * 50}t.yaml": PLAIN})
    assert 2 == len(found(tmp_path))


# left out


@pytest.mark.parametrize("folder", [".aws-sam", "node_modules", ".venv", "cdk.out", ".git"])
def test_products_and_dependencies_are_left_out_unless_they_are_named(tmp_path: Path, folder: str) -> None:
    lay_out(tmp_path, {f"service/{folder}/build/t.yaml": PLAIN, "t.yaml": PLAIN})
    assert ["t.yaml"] == found(tmp_path)
    assert [f"service/{folder}/build/t.yaml"] == found(tmp_path, f"service/{folder}")
    assert [f"service/{folder}/build/t.yaml"] == found(tmp_path, f"service/{folder}/build/t.yaml")


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("legacy", ["a/t.yaml", "t.yaml"]),
        ("legacy/", ["a/t.yaml", "t.yaml"]),
        ("legacy/*", ["a/legacy/t.yaml", "a/t.yaml", "t.yaml"]),
        ("./legacy", ["a/t.yaml", "t.yaml"]),
        ("**/legacy/**", ["a/t.yaml", "t.yaml"]),
        ("a/t.yaml", ["a/legacy/t.yaml", "legacy/b/t.yaml", "t.yaml"]),
        ("t.*", []),
        ("**/t.yaml", []),
    ],
)
def test_the_configuration_excludes_by_path_or_by_any_name_in_it(tmp_path: Path, pattern: str, kept: list[str]) -> None:
    names = ["t.yaml", "a/t.yaml", "a/legacy/t.yaml", "legacy/b/t.yaml"]
    lay_out(tmp_path, {**dict.fromkeys(names, PLAIN), "samguard.toml": f'exclude = ["{pattern}"]'})
    assert kept == found(tmp_path)


def test_patterns_are_relative_to_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"a/b/t.yaml": PLAIN, "a/c/t.yaml": PLAIN, "samguard.toml": 'exclude = ["a/b/*"]'})
    monkeypatch.chdir(tmp_path / "a")
    assert ["c/t.yaml"] == paths(load_project(["."]))


def test_an_excluded_samconfig_is_not_read(tmp_path: Path) -> None:
    lay_out(tmp_path, {"old/samconfig.toml": "version = 0.1\n[prod.deploy]\n", "samguard.toml": 'exclude = ["old"]'})
    assert () == load_project(["."]).samconfigs


# what cannot be read


@pytest.mark.parametrize("path", ["nothing-here", "nothing/here.yaml", "", "t.yaml/x", "x" * 5000, "a\0b"])
def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path, path: str) -> None:
    lay_out(tmp_path, {"t.yaml": PLAIN})
    with pytest.raises(SamguardError, match="does not exist"):
        load_project([path])


@posix
@unprivileged
def test_a_file_that_may_not_be_read_is_a_failure(tmp_path: Path) -> None:
    lay_out(tmp_path, {"secret.yaml": PLAIN, "t.yaml": PLAIN})
    (tmp_path / "secret.yaml").chmod(0)
    project = load_project(["."])
    assert ["t.yaml"] == paths(project)
    assert (NotRead("secret.yaml", "Permission denied", is_failure=True),) == project.not_read
    with pytest.raises(SamguardError, match=r"secret\.yaml: cannot be read: Permission denied"):
        load_project(["secret.yaml"])


@posix
@unprivileged
def test_a_folder_that_may_not_be_looked_into_is_a_failure(tmp_path: Path) -> None:
    lay_out(tmp_path, {"closed/t.yaml": PLAIN, "t.yaml": PLAIN})
    (tmp_path / "closed").chmod(0)
    try:
        project = load_project(["."])
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert ["t.yaml"] == paths(project)
    assert (NotRead("closed", "Permission denied", is_failure=True),) == project.not_read


def test_an_error_of_the_disk_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"t.yaml": PLAIN})

    def fail(*_: object) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "open", fail)
    assert (NotRead("t.yaml", "Input/output error", is_failure=True),) == load_project(["."]).not_read


def test_a_file_that_vanishes_before_it_is_read_was_never_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, {"gone.yaml": PLAIN, "t.yaml": PLAIN})
    opened = os.open

    def vanish(path: Path, flags: int) -> int:
        if path.name == "gone.yaml":
            path.unlink()
        return opened(path, flags)

    monkeypatch.setattr(os, "open", vanish)
    project = load_project(["."])
    assert ["t.yaml"] == paths(project)
    assert [("gone.yaml", False)] == [(skipped.path, skipped.is_failure) for skipped in project.not_read]


@posix
def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    lay_out(tmp_path, {"t.yaml": PLAIN})
    for name in ("pipe.yaml", ".gitignore", "samconfig.toml", "template.json"):
        os.mkfifo(tmp_path / name)
    project = load_project(["."])
    assert ["t.yaml"] == paths(project)
    assert ["pipe.yaml", "samconfig.toml", "template.json"] == sorted(skipped.path for skipped in project.not_read)
    assert not any(skipped.is_failure for skipped in project.not_read)
    with pytest.raises(SamguardError, match="not a regular file"):
        load_project(["pipe.yaml"])


@posix
def test_a_socket_and_a_folder_with_the_name_of_a_template_are_none(tmp_path: Path) -> None:
    lay_out(tmp_path, {"folder.yaml/t.yaml": PLAIN})
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("socket.yaml")
        assert ["folder.yaml/t.yaml"] == found(tmp_path)


def test_a_file_that_is_too_large_is_told_of_and_not_parsed(tmp_path: Path) -> None:
    lay_out(tmp_path, {"large.yaml": PLAIN + "#" * (4 * 1024 * 1024)})
    (document,) = load_project(["."]).documents
    assert (None, ["larger than 4 MB; samguard does not read it"]) == (
        document.root,
        [problem.message for problem in document.problems],
    )


# links


@posix
def test_links_in_a_circle_are_passed_by(tmp_path: Path) -> None:
    lay_out(tmp_path, {"a/t.yaml": PLAIN})
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "one.yaml").symlink_to("two.yaml")
    (tmp_path / "two.yaml").symlink_to("one.yaml")
    (tmp_path / "a/up").symlink_to("..")
    project = load_project(["."])
    assert ["a/t.yaml"] == paths(project)
    assert not any(skipped.is_failure for skipped in project.not_read)


@posix
def test_a_link_to_nowhere_is_passed_by(tmp_path: Path) -> None:
    (tmp_path / "dangling.yaml").symlink_to("nowhere.yaml")
    project = load_project(["."])
    assert ([], [False]) == (paths(project), [skipped.is_failure for skipped in project.not_read])


@posix
def test_a_link_out_of_the_project_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"outside/t.yaml": PLAIN, "project/a/t.yaml": PLAIN})
    monkeypatch.chdir(tmp_path / "project")
    Path("file.yaml").symlink_to(tmp_path / "outside/t.yaml")
    Path("folder").symlink_to(tmp_path / "outside")
    project = load_project(["."])
    assert ["a/t.yaml"] == paths(project)
    assert (NotRead("file.yaml", "a link that leads out of the project; not followed"),) == project.not_read


@posix
def test_a_link_inside_of_the_project_is_followed(tmp_path: Path) -> None:
    lay_out(tmp_path, {"shared/stack.txt": PLAIN, "a/nothing": ""})
    (tmp_path / "a/t.yaml").symlink_to("../shared/stack.txt")
    assert ["a/t.yaml"] == found(tmp_path)


@posix
def test_a_link_that_is_named_is_followed_wherever_it_leads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(tmp_path, {"outside/t.yaml": PLAIN, "project/nothing": ""})
    monkeypatch.chdir(tmp_path / "project")
    Path("file.yaml").symlink_to(tmp_path / "outside/t.yaml")
    Path("folder").symlink_to(tmp_path / "outside")
    assert ["file.yaml"] == paths(load_project(["file.yaml"]))
    assert ["folder/t.yaml"] == paths(load_project(["folder"]))


# names


@posix
@pytest.mark.parametrize(
    "name", ["new\nline.yaml", "\x1b[31mred.yaml", "\u202egnp.yaml", " .yaml", "-q.yaml", "*.yaml", "a\\b.yaml"]
)
def test_a_weird_name_is_a_name(tmp_path: Path, name: str) -> None:
    lay_out(tmp_path, {name: PLAIN, f"folder {name}/{name}": PLAIN})
    assert sorted([name, f"folder {name}/{name}"]) == found(tmp_path)
    assert [name] == found(tmp_path, name)


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
def test_a_name_that_is_no_text_is_a_name(tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9.yaml")
    lay_out(tmp_path, {name: PLAIN})
    assert [name] == found(tmp_path)
    assert [name] == found(tmp_path, name)


# stdin


def from_stdin(content: bytes, *named: str, filename: str = "template.yaml") -> Project:
    return load_project([*named, "-"], Options(stdin=content, stdin_filename=filename))


def test_a_template_is_read_from_stdin(tmp_path: Path) -> None:
    assert ["template.yaml"] == paths(from_stdin(PLAIN.encode()))
    assert ["a/b.yaml"] == paths(from_stdin(PLAIN.encode(), filename="a/b.yaml"))
    assert ["a/b.yaml"] == paths(from_stdin(PLAIN.encode(), filename=str(tmp_path / "a/b.yaml")))


def test_the_text_on_stdin_stands_for_the_file_of_the_same_name(tmp_path: Path) -> None:
    lay_out(tmp_path, {"template.yaml": PLAIN, "other.yaml": PLAIN})
    project = from_stdin(TEMPLATE.encode(), ".")
    assert ["other.yaml", "template.yaml"] == paths(project)
    assert TEMPLATE == project.templates[1].document.text


def test_what_is_no_template_on_stdin_is_told_of() -> None:
    project = from_stdin(b"a: 1\n")
    assert [("template.yaml", True)] == [(skipped.path, skipped.was_named) for skipped in project.not_read]


def test_a_file_that_is_named_and_no_template_is_told_of(tmp_path: Path) -> None:
    lay_out(tmp_path, {"compose.yaml": "services: {}\n"})
    why = "no template: it has neither a SAM Transform nor AWS resources"
    assert (NotRead("compose.yaml", why, was_named=True),) == load_project(["compose.yaml"]).not_read
