import assert from "node:assert/strict";
import { test } from "node:test";
import { fileRoleOf } from "../../../server/ingest/fileRole.ts";
import { languageOf } from "../../../server/ingest/languages.ts";
import type { FileRole } from "../../../protocol/types.ts";

function check(role: FileRole, paths: string): void {
  for (const path of paths.split(/\s+/).filter((word) => word !== "")) {
    assert.equal(fileRoleOf(path, languageOf(path)), role, path);
  }
}

test("tests are told by the conventions of their ecosystem", () => {
  check(
    "test",
    `test/a.ts tests/a.py src/__tests__/a.tsx pkg/a_test.go tests/unit/x.js src/test/java/A.java
     test_views.py views_test.py conftest.py tests.py a.test.ts a.spec.tsx a.cy.js a.e2e.ts app.test-d.ts
     FooTest.java FooTests.cs FooIT.java TestFoo.java FooSpec.scala FooTest.kt FooSuite.scala
     foo_test.cc foo_unittest.cc test_foo.c foo-test.c lib/test-kstrtox.c foo_test.rb foo_spec.rb
     spec/models/user_spec.rb spec/helper.rb spec/app.ts FooTest.php FooTests.swift MyAppTests/Model.swift
     widget_test.dart thing_test.exs t/basic.t run.bats tests/run.sh test_all.sh src/foo/tests.rs foo_test.rs
     benches/speed.rs tests-integration/src/lib.rs tests-build/x.rs app/src/androidTest/A.kt
     Foo.Tests/Bar.cs integration-tests/x.ts tools/testing/selftests/bpf/a.c e2e/login.ts`,
  );
});

test("what tests read is a test file whatever its language", () => {
  check(
    "test",
    "testdata/a.json test/fixtures/a.md __snapshots__/a.snap fixtures/x.yaml __mocks__/fs.js tests/a.json",
  );
});

test("names that only look like tests stay source", () => {
  check(
    "source",
    `latest/index.ts src/contest.ts src/latest.py testing/helpers.go attestation.ts src/greatest.rs Contest.java
     Latest.java protest.rb spec/parser.go fastest.c inspect.js src/inspector.ts manifest.ts tokio-test/src/io.rs
     Request.java Testament.java specification.ts respect.ts unit.ts IT.java Digit.java EXIT.kt`,
  );
});

test("prose is documentation, wherever it stands", () => {
  check(
    "docs",
    `README README.md docs/a.rst tests/README.md LICENSE COPYING CHANGES.txt a.adoc notes.txt NEWS paper.tex
     Documentation/process.rst MAINTAINERS`,
  );
});

test("settings, builds and data are configuration", () => {
  check(
    "config",
    `package.json tsconfig.json .github/workflows/ci.yml Cargo.toml setup.cfg Makefile Dockerfile pom.xml
     vite.config.ts .eslintrc.js setup.py build.gradle build.gradle.kts CMakeLists.txt requirements.txt .env
     requirements-dev.txt go.mod Kconfig webpack.prod.js Gemfile data.csv BUILD.bazel .nvmrc`,
  );
});

test("code is source", () => {
  check(
    "source",
    "src/a.ts a.py main.go docs/conf.ts schema.sql api.proto a.css index.html deploy.sh a.vue examples/a.rs",
  );
});
