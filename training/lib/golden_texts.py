"""Texts whose tokens and vectors are committed beside the model, so that the product can show without Python that it computes the
same: code, prose, other scripts, and bytes that nobody expects."""

_PLAIN = (
    "", " ", "a", "Z", "7", "_", "\n\n\t", "the", "HTTPServer", "parseHTTPResponse2xx", "XMLHttpRequest", "getURLFromID", "snake_case_name",
    "SCREAMING_SNAKE_CASE", "kebab-case-name", "iPhone15ProMax", "v8::internal::Isolate", "utf8ToUtf16", "ABCdef123GHIjkl", "a1b2c3d4", "0x7fffDEADbeef",
    "how does the server reconnect after a lost connection?", "where is the cache invalidated when a file changes",
    "Returns the absolute path of the workspace folder, or undefined when there is none.",
    "fix: do not drop the last chunk of a stream (#1234)",
    "src/server/http/connection.ts\nreconnect\nasync reconnect(attempt: number): Promise<void> {\n  await delay(backoff(attempt));\n}\n",
    "lib/cache.py\ninvalidate\ndef invalidate(self, key: str) -> bool:\n    return self._entries.pop(key, None) is not None\n",
    "func (s *Server) Serve(l net.Listener) error {\n\tdefer l.Close()\n\tfor {\n\t\trw, err := l.Accept()\n\t}\n}\n",
    "pub fn from_utf8(bytes: &[u8]) -> Result<&str, Utf8Error> { unsafe { Ok(str::from_utf8_unchecked(bytes)) } }",
    "public static <T> List<T> copyOf(Collection<? extends T> items) { return List.copyOf(items); }",
    "static int cmp(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }",
    "template <typename T> std::unique_ptr<T> make(T&& value);", "public async Task<int> SaveChangesAsync(CancellationToken token = default)",
    "def each_with_index; @items.each.with_index { |item, i| yield item, i }; end",
    "public function handle(Request $request, Closure $next): Response", "fun <T> Flow<T>.debounce(timeoutMillis: Long): Flow<T>",
    "guard let url = URL(string: path) else { throw NetworkError.badURL }", "local M = {} function M.setup(opts) end return M",
    "SELECT id, name FROM users WHERE deleted_at IS NULL ORDER BY created_at DESC", "<div class=\"row\"><span>{{ user.name }}</span></div>",
    "{\"name\": \"lore\", \"version\": \"0.1.0\", \"private\": true}", "#!/bin/sh\nset -eu\nexec \"$@\"\n",
    "同じワークスペースを二つのウィンドウで開く", "如何在断开连接后重新连接服务器", "서버에 다시 연결하는 방법", "Где обрабатывается ошибка соединения?",
    "Wie wird die Verbindung geöffnet und wieder geschlossen? Größe, Übergang, naïve café", "كيف يتم تحليل الرسالة", "✓ done 🚀 launch 👩‍👩‍👧‍👦 family",
    "naïveHTTPServer9日本語mixedCase", "ΑΒΓαβγ İstanbul ſharp ﬁ", "a" * 31, "a" * 32, "a" * 33, "A" * 33, "A" * 32 + "b", "A" * 33 + "b", "9" * 70, "aB" * 40, "日" * 30,
    "test test test test test test Test TEST tests", "x.y.z(a,b);" * 40, "\u0000\u0001\u001f\u007f control", "tab\tand\r\nreturn",
)  # fmt: skip
_BYTES = (
    b"\xff\xfe\xfd", b"\xc3", b"abc\x80def\xc0\x80", b"\xed\xa0\x80 lone surrogate", b"\xf4\x90\x80\x80", bytes(range(256)), bytes(range(255, -1, -1)),
    b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", b"caf\xe9 latin one", b"\xef\xbb\xbfbyte order mark", b"\x80" * 65,
)  # fmt: skip


def golden_texts(max_bytes: int) -> list[bytes]:
    """Returns the texts as bytes; the last one is longer than what the model reads."""
    long = (b"reads only the first bytes of a long text; " * (max_bytes // 40 + 2))[: max_bytes - 3] + b"cutHere and never read"
    return [*(text.encode("utf-8") for text in _PLAIN), *_BYTES, long]
