"""Stage 7a, questions: held-out repositories → questions with known answers, and the trees to search.

Kinds: doc (a function's leading comment, blanked in the tree → that function), commit (the subject of a later commit → the lines it
changed, where the file is still that of the tree, else the whole files), name (the name of a function that only one has → it) and error
(a message → the function that throws it). The tree is that of an older commit, so that it cannot hold what the commits brought.

Some questions get words in front with which people ask (“where is …”), for comments and subjects have none.
"""
import argparse
import random
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lib.asking import PHRASES
from lib.functions import Function, SourceFile, find_functions
from lib.languages import is_readable_path, is_test_path, language_of
from lib.prose import clean_subject, first_paragraph, first_sentence, is_natural, without_own_name, words_of
from lib.records import folder_of, read_json, write_json, write_lines
from lib.repository import MAX_FILE_BYTES, Repository, is_written_by_hand


def main() -> None:
    """Writes NAME.jsonl, NAME.manifest.json and NAME.tree for every repository of a side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--split", type=Path, required=True)
    parser.add_argument("--side", choices=["validation", "test", "ranking", "judging"], required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--per-kind", type=int, default=50, help="questions of each of the kinds doc and commit")
    parser.add_argument("--per-small-kind", type=int, default=0, help="questions of each of the kinds name and error")
    parser.add_argument("--asking", type=float, default=0, help="share of the questions that get asking words in front")
    parser.add_argument("--commits-back", type=int, default=400, help="age of the tree, in commits of the first-parent line")
    parser.add_argument("--max-megabytes", type=float, default=40, help="a repository with more source than this is left out")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", type=int, default=2)
    flags = parser.parse_args()
    with ProcessPoolExecutor(flags.workers) as pool:
        for line in pool.map(_guarded, [(name, flags) for name in read_json(flags.split)[flags.side]]):
            print(line, flush=True)


def _guarded(task: tuple[str, argparse.Namespace]) -> str:
    name, flags = task
    manifest = flags.out / f"{folder_of(name)}.manifest.json"
    return f"{name}: there already" if manifest.exists() else ask_about(name, flags)


def ask_about(name: str, flags: argparse.Namespace) -> str:
    """Writes one repository's questions; returns a line that says how many."""
    rnd = random.Random(f"{flags.seed} {name}")
    repository = Repository(name, flags.mirror / folder_of(name) / "repo")
    head = repository.head()
    base = repository.commit_before(flags.commits_back) or repository.commit_before(60) or head
    blobs = [blob for blob in repository.blobs(base) if language_of(blob.path) and is_readable_path(blob.path) and blob.size <= MAX_FILE_BYTES]
    if sum(blob.size for blob in blobs) > flags.max_megabytes * 1e6:
        return f"{name}: too large, left out"
    texts = {path: text for path, text in repository.texts(blobs) if is_written_by_hand(text)}
    sources = [path for path in sorted(texts) if not is_test_path(path)]
    files = {path: SourceFile(texts[path], language_of(path) or "") for path in sources}
    functions = {path: find_functions(file) for path, file in files.items()}
    documented = _doc_questions(files, functions, rnd)[: flags.per_kind]
    committed = list(_commit_questions(repository, base, head, set(sources)))
    rnd.shuffle(committed)
    objects = {blob.path: blob.object for blob in blobs}
    committed = [_with_lines(question, repository, objects) for question in committed[: flags.per_kind]]
    named = _name_questions(functions, rnd)[: flags.per_small_kind]
    thrown = _error_questions(files, functions, rnd)[: flags.per_small_kind]
    blank: dict[str, list[tuple[int, int]]] = {}
    for question in documented:
        blank.setdefault(question["relevant"][0]["path"], []).append(question.pop("blank"))
    tree = flags.out / f"{folder_of(name)}.tree"
    for path, text in texts.items():
        lines = text.split("\n")
        for first, last in blank.get(path, []):
            lines[first : last + 1] = [""] * (last + 1 - first)
        target = tree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(lines), encoding="utf-8", errors="replace")
    asked = []
    for number, question in enumerate([*documented, *committed, *named, *thrown]):
        if question["kind"] in ("doc", "commit") and rnd.random() < flags.asking:
            question["query"] = f"{rnd.choice(PHRASES)} {question['query'][0].lower()}{question['query'][1:]}"
        asked.append({"id": f"{folder_of(name)}-{number}", **question})
    write_lines(flags.out / f"{folder_of(name)}.jsonl", asked)
    write_json(flags.out / f"{folder_of(name)}.manifest.json", {"repo": name, "commit": base, "files": sorted(texts)})
    return f"{name}: {len(documented)} doc, {len(committed)} commit, {len(named)} name, {len(thrown)} error, {len(texts)} files"


def _place(path: str, function: Function) -> dict:
    return {"path": path, "startLine": function.first + 1, "endLine": function.last + 1}


def _doc_questions(files: dict[str, SourceFile], functions: dict[str, list[Function]], rnd: random.Random) -> list[dict]:
    """At most one question a file, in random order."""
    questions = []
    for path, file in files.items():
        candidates = []
        for function in functions[path]:
            if function.doc is None or function.last - function.signature < 3:
                continue
            comment = "\n".join(file.lines[function.doc[0] : function.doc[1] + 1])
            query = first_sentence(without_own_name(first_paragraph(comment), function.name)).strip(" .:,-")
            words, own = set(words_of(query)), set(words_of(function.name))
            if is_natural(query, 6, 40) and len(words & own) < 0.6 * len(words) and file.text.count(query[:40]) == 1:
                candidates.append({"kind": "doc", "query": query, "relevant": [_place(path, function)], "blank": function.doc})
        if candidates:
            questions.append(rnd.choice(candidates))
    rnd.shuffle(questions)
    return questions


def _commit_questions(repository: Repository, base: str, head: str, sources: set[str]):
    seen: set[str] = set()
    for commit in repository.history(f"{base}..{head}", 3_000, modified_only=False):
        query = clean_subject(commit.subject)
        changed = [path for path in commit.files if not is_test_path(path)]
        known = [path for path in changed if path in sources]
        if query and query not in seen and 1 <= len(known) <= 4 and len(known) * 2 >= len(changed) and len(query.split()) >= 5:
            seen.add(query)
            yield {"kind": "commit", "query": query, "commit": commit.id, "relevant": [{"path": path} for path in known]}


def _with_lines(question: dict, repository: Repository, objects: dict[str, str]) -> dict:
    """Adds the changed lines of files that were still those of the tree when the commit was made; others have no lines."""
    relevant = []
    for place in question["relevant"]:
        lines = repository.changed_lines(question["commit"], place["path"], objects[place["path"]])
        relevant += [{**place, "startLine": first, "endLine": last} for first, last in lines] or [place]
    return {"kind": question["kind"], "query": question["query"], "relevant": relevant}


_NAME_QUESTIONS = ("{}", "where is {} defined", "what does {} do", "how does {} work", "{} implementation", "show me {}", "find the function {}")


def _name_questions(functions: dict[str, list[Function]], rnd: random.Random) -> list[dict]:
    """Names of several words that one function of the tree has."""
    counts = Counter(function.name for found in functions.values() for function in found)
    questions = []
    for path, found in functions.items():
        for function in found:
            if counts[function.name] == 1 and len(words_of(function.name)) > 1 and function.last - function.signature >= 3:
                query = rnd.choice(_NAME_QUESTIONS).format(function.name)
                questions.append({"kind": "name", "query": query, "relevant": [_place(path, function)]})
    rnd.shuffle(questions)
    return questions


_THROWN = re.compile(r"\b(?:throw|raise|panic|Errorf?|fail|bail|abort|die)\w*!?\b[^\n\"']{0,60}(\"|')((?:(?!\1)[^\\\n]){20,160})\1")


def _error_questions(files: dict[str, SourceFile], functions: dict[str, list[Function]], rnd: random.Random) -> list[dict]:
    """Messages as a person pastes them: with the holes of the template filled by other words."""
    questions = []
    for path, file in files.items():
        for function in functions[path]:
            if function.last - function.signature < 3:
                continue
            match = _THROWN.search("\n".join(file.lines[function.signature : function.last + 1]))
            message = match and re.sub(r"%[-+#0-9.]*[a-zA-Z]|\$?\{[^}]*\}", lambda _: rnd.choice(("42", "foo", "None", "/tmp/x")), match.group(2))
            if message and is_natural(message, 4, 30):
                query = rnd.choice(("{}", "error: {}", "why do I get \"{}\"", "Error: {}")).format(message)
                questions.append({"kind": "error", "query": query, "relevant": [_place(path, function)]})
    rnd.shuffle(questions)
    return questions


if __name__ == "__main__":
    main()
