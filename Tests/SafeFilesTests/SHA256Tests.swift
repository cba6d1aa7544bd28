import SafeFiles
import Testing

/// Vectors of FIPS 180-4's examples and of NIST's test files.
@Suite struct SHA256Tests {
    private static func digest(_ text: String) -> String {
        var hash = SHA256()
        hash.update(Array(text.utf8))
        return hash.hexDigest()
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
        (
            "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
        ),
    ])
    func knownMessages(message: String, digest: String) {
        #expect(Self.digest(message) == digest)
    }

    @Test func aMillionTimesTheSameLetter() {
        var hash = SHA256()
        let part = [UInt8](repeating: UInt8(ascii: "a"), count: 1000)
        for _ in 0..<1000 { hash.update(part) }
        #expect(
            hash.hexDigest() == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test func partsDoNotMatter() {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 / 7) }
        var whole = SHA256()
        whole.update(message)
        for length in [1, 3, 55, 56, 63, 64, 65, 127, 128, 999] {
            var parts = SHA256()
            for start in stride(from: 0, to: message.count, by: length) {
                parts.update(message[start..<min(start + length, message.count)])
                parts.update([])
            }
            #expect(parts.hexDigest() == whole.hexDigest())
        }
    }

    @Test func askingDoesNotEndTheMessage() {
        var hash = SHA256()
        hash.update(Array("ab".utf8))
        #expect(hash.hexDigest() == Self.digest("ab"))
        hash.update(Array("c".utf8))
        #expect(hash.hexDigest() == Self.digest("abc"))
    }

    @Test func copiesGoTheirOwnWays() {
        var hash = SHA256()
        hash.update(Array("a".utf8))
        var copy = hash
        copy.update(Array("b".utf8))
        hash.update(Array("c".utf8))
        #expect(copy.hexDigest() == Self.digest("ab"))
        #expect(hash.hexDigest() == Self.digest("ac"))
        #expect(SHA256.hexDigest(of: "ab".utf8) == Self.digest("ab"))
    }
}
