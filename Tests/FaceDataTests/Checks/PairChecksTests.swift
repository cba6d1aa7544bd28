import Foundation
import Testing

@testable import FaceData

@Suite struct PairChecksTests {
    /// Checks a test set of five pictures of people a and b; `b/2.png` is a copy of `a/1.png`.
    private static func check(_ text: String) throws -> [SetCheck.Diagnostic] {
        let folder = try TemporaryFolder()
        for (index, path) in ["a/1", "a/2", "a/3", "b/1"].enumerated() {
            try folder.write(
                RGBImage.noise(width: 24, height: 24, seed: UInt64(index)), to: "\(path).png")
        }
        try folder.write(RGBImage.noise(width: 24, height: 24, seed: 0), to: "b/2.png")
        let list = try folder.write(text, to: "pairs")
        let pairs = try VerificationPairs.open(images: folder.url, pairs: list.path)
        return try Self.diagnostics(pairs)
    }

    private static func diagnostics(_ pairs: VerificationPairs) throws -> [SetCheck.Diagnostic] {
        try SetCheck(.pairs(pairs), survey: try ImageSurvey(pairs.source, threads: 1))
            .diagnostics.filter { $0.kind != "files" }
    }

    @Test func nothingIsFoundInGoodPairs() throws {
        #expect(try Self.check("a/1.png a/2.png 1 0\na/2.png b/1.png 0 0\n").isEmpty)
    }

    @Test(arguments: [
        (
            "a/1.png ./a/1.png 1 0", "pair-with-itself", SetCheck.Severity.warning,
            "1 pair consists of one picture twice", "labelled the same person"
        ),
        (
            "a/1.png a/1.png 0 0\na/1.png a/2.png 1 0", "pair-with-itself", .warning,
            "1 pair consists of one picture twice", "a/1.png and a/1.png, labelled different people"
        ),
        (
            "a/1.png a/2.png 1 0\na/2.png a/1.png 0 0", "pair-contradiction", .error,
            "1 pair is labelled both matching and non-matching", "a/1.png and a/2.png"
        ),
        (
            "a/1.png a/2.png 1 0\na/2.png a/1.png 1 0\na/1.png a/2.png 1 0", "pair-repeated",
            .warning,
            "1 pair occurs more than once, in either order", "a/1.png and a/2.png"
        ),
        (
            "a/1.png b/2.png 0 0\na/1.png a/2.png 1 0", "pair-of-copies", .warning,
            "1 non-matching pair shows the same picture", "a/1.png and b/2.png"
        ),
        (
            "a/1.png a/2.png 0 0\na/1.png a/3.png 1 0\na/2.png a/3.png 1 0\na/3.png b/1.png 0 0",
            "pair-of-other-people", .warning, "1 pair has a label that contradicts its folders",
            "a/1.png and a/2.png, labelled different people"
        ),
    ])
    func findsWhatIsWrong(
        text: String, kind: String, severity: SetCheck.Severity, message: String, item: String
    ) throws {
        let all = try Self.check(text + "\na/2.png b/1.png 0 0\n")
        let found = try #require(all.first { $0.kind == kind }, "\(all)")
        #expect(found.severity == severity && found.message.hasPrefix(message))
        #expect(found.items.count == 1 && found.items[0].contains(item), "\(found.items)")
    }

    @Test(arguments: [("1", "the same person"), ("0", "different people")])
    func pairsOfOneKindAreAnError(label: String, name: String) throws {
        let all = try Self.check("a/1.png a/2.png \(label)\na/1.png a/3.png \(label)\n")
        let found = try #require(all.first { $0.kind == "pairs-of-one-kind" })
        #expect(
            found.severity == .error && found.message.hasPrefix("all 2 pairs are labelled \(name)"))
        #expect(!all.contains { $0.kind == "uneven-fold" })
    }

    @Test func unevenFoldsAreTold() throws {
        let even = "a/1.png a/2.png 1 0\na/2.png b/1.png 0 0\n"
        let two = try Self.check(
            even + "a/1.png a/3.png 1 1\na/2.png a/3.png 1 1\na/3.png b/1.png 0 1\n")
        #expect(two.map(\.kind) == ["uneven-fold"] && two[0].severity == .note)
        #expect(two[0].items == ["fold 1: 2 same, 1 different"])
        let one = try Self.check(even + "a/1.png a/3.png 1 1\n")
        #expect(one.map(\.kind) == ["uneven-fold"] && one[0].severity == .warning)
        #expect(one[0].message == "1 fold has more pairs of one kind than of the other")
    }

    /// A pack has no paths: its images are the same when their bytes are.
    @Test func pairsOfAPackAreComparedByBytes() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("x.bin")
        let images = try [0, 1, 0, 1, 2, 2].map {
            try ImageEncoder.png(.noise(width: 24, height: 24, seed: $0))
        }
        let writer = try VerificationPackWriter(file, pairs: 3)
        for image in images { try image.withUnsafeBytes { try writer.append($0) } }
        try writer.finish(same: [true, true, true])
        let kinds = try Self.diagnostics(try .pack(file)).map(\.kind)
        #expect(kinds == ["pairs-of-one-kind", "pair-with-itself", "pair-repeated"])
    }

    @Test(.enabled(if: RealData.root != nil, RealData.isAbsent))
    func aRealPackWithoutDifferentPairs() throws {
        let file = try #require(RealData.root)
            .appendingPathComponent("verification-bin/all-same.bin")
        #expect(try Self.diagnostics(try .pack(file)).contains { $0.kind == "pairs-of-one-kind" })
    }
}
