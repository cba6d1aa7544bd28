import FaceEvaluation
import Foundation
import LibSQLite
import SeededRandom
import Testing

@testable import FaceGallery

@Suite("Galleries")
struct FaceGalleryTests {
    private let model = GalleryModel(identity: "abc", path: "runs/arcface/model.safetensors")

    private func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("FaceGalleryTests-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try body(folder)
    }

    private func withGallery<Result>(_ body: (FaceGallery) throws -> Result) throws -> Result {
        try withFolder { folder in
            let url = folder.appendingPathComponent("people.gallery")
            try FaceGallery.create(url, model: model)
            return try body(FaceGallery(url))
        }
    }

    /// A vector of length 1 that a name decides about.
    private func vector(_ name: String, length: Int = 64) -> [Float] {
        var stream = SeededRandom(seed: 1, name)
        let values = (0..<length).map { _ in Double(stream.below(2001)) - 1000 }
        let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return values.map { Float($0 / norm) }
    }

    private func face(_ name: String, length: Int = 64) -> EnrolledFace {
        EnrolledFace(
            image: "hash of \(name)", name: name, embedding: vector(name, length: length), norm: 20)
    }

    /// All bytes of the gallery's file and of those that SQLite keeps beside it.
    private func bytes(_ gallery: FaceGallery) throws -> Data {
        let folder = gallery.url.deletingLastPathComponent()
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            .map { try Data(contentsOf: folder.appendingPathComponent($0)) }
            .reduce(Data(), +)
    }

    @Test("What was enrolled is found again, by the most similar picture of each person")
    func search() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            let names = ["anna 1", "anna 2", "ben 1", "cleo 1", "cleo 2", "cleo 3"]
            for name in names {
                let person = String(name.prefix { $0 != " " })
                #expect(try gallery.enrol([face(name)], as: person) == 1)
            }
            #expect(try gallery.people().map(\.name) == ["anna", "ben", "cleo"])
            #expect(try gallery.people().map(\.pictures) == [2, 1, 3])
            #expect(try gallery.count() == 6)
            let probe = vector("somebody")
            let found = try gallery.candidates(for: [vector("ben 1"), probe], top: 2)
            #expect(found[0][0].person == "ben" && abs(found[0][0].similarity - 1) < 1e-6)
            #expect(found.map(\.count) == [2, 2])
            func cosine(_ name: String) -> Double {
                zip(probe, vector(name)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
            }
            let expected = [
                ("anna", max(cosine("anna 1"), cosine("anna 2"))), ("ben", cosine("ben 1")),
                ("cleo", ["cleo 1", "cleo 2", "cleo 3"].map(cosine).max() ?? 0),
            ].sorted { $0.1 > $1.1 }
            for (candidate, other) in zip(found[1], expected) {
                #expect(candidate.person == other.0)
                #expect(abs(candidate.similarity - other.1) < 1e-6)
            }
            #expect(try gallery.candidates(for: [], top: 2).isEmpty)
        }
    }

    @Test("More embeddings than are compared at once are all searched")
    func blocks() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            let faces = (0..<2500).map { face("p\($0)", length: 8) }
            #expect(try gallery.enrol(faces, as: "crowd") == 2500)
            _ = try gallery.enrol([face("last", length: 8)], as: "last")
            let found = try gallery.candidates(
                for: [vector("p1023", length: 8), vector("last", length: 8)], top: 1)
            #expect(found[0][0].person == "crowd" && found[0][0].similarity > 1 - 1e-6)
            #expect(found[1][0].person == "last" && found[1][0].similarity > 1 - 1e-6)
        }
    }

    @Test("A picture is one person's, and enrolling it again changes nothing")
    func twice() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            #expect(try gallery.enrol([face("1"), face("2")], as: "anna") == 2)
            #expect(try gallery.enrol([face("2"), face("3")], as: "anna") == 1)
            #expect(try gallery.owner(of: "hash of 3") == "anna")
            #expect(try gallery.owner(of: "hash of 4") == nil)
            #expect(
                throws: FaceGalleryError.enrolledAs(image: "1", person: "ben", other: "anna")
            ) { try gallery.enrol([face("4"), face("1")], as: "ben") }
            // All or none: neither the other picture nor the name is there.
            #expect(try gallery.people().map(\.name) == ["anna"])
            #expect(try gallery.count() == 3)
        }
    }

    @Test("Embeddings of another length are refused")
    func length() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            _ = try gallery.enrol([face("1")], as: "anna")
            do {
                _ = try gallery.enrol([face("2", length: 32)], as: "anna")
                Issue.record("it was enrolled")
            } catch let error as FaceGalleryError {
                #expect(
                    "\(error)".contains(
                        "the embedding of '2' has 32 numbers, and those in it have 64"))
            }
            #expect(throws: FaceGalleryError.self) {
                try gallery.candidates(for: [vector("x", length: 32)], top: 1)
            }
        }
    }

    @Test("Nothing of a forgotten person's embeddings is left in the files")
    func forgetting() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            for person in ["anna", "ben", "cleo"] {
                _ = try gallery.enrol((0..<40).map { face("\(person) \($0)") }, as: person)
            }
            let anna = (0..<40).map { Data(FaceGallery.bytes(vector("anna \($0)"))) }
            let ben = Data(FaceGallery.bytes(vector("ben 7")))
            // Part of an embedding is too much as well.
            let parts = anna.flatMap { [$0.prefix(64), $0.suffix(64)] }
            let before = try bytes(gallery)
            #expect(parts.allSatisfy { before.range(of: $0) != nil })
            #expect(try gallery.remove("anna") == 40)
            let after = try bytes(gallery)
            #expect(parts.allSatisfy { after.range(of: $0) == nil })
            #expect(after.range(of: Data("anna".utf8)) == nil)
            #expect(after.range(of: Data("hash of anna 3".utf8)) == nil)
            #expect(after.range(of: ben) != nil)
            #expect(try gallery.people().map(\.name) == ["ben", "cleo"])
        }
    }

    @Test("A person who cannot be erased while somebody reads is erased by the next removal")
    func forgettingLater() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            _ = try gallery.enrol([face("anna 1")], as: "anna")
            _ = try gallery.enrol([face("ben 1")], as: "ben")
            let reader = try Database(gallery.url)
            try reader.execute("BEGIN")
            #expect(try reader.number("SELECT count(*) FROM faces") == 2)
            try gallery.database.execute("PRAGMA busy_timeout = 10")
            do {
                _ = try gallery.remove("anna")
                Issue.record("it says that all is erased")
            } catch let error as FaceGalleryError {
                #expect("\(error)".contains("'anna' was removed"))
                #expect(
                    "\(error)".contains("another process is using it; run the same command again"))
            }
            #expect(try gallery.people().map(\.name) == ["ben"])
            try reader.execute("COMMIT")
            #expect(try gallery.remove("anna") == 0)
            let embedding = Data(FaceGallery.bytes(vector("anna 1")))
            #expect(try bytes(gallery).range(of: embedding) == nil)
            #expect(throws: FaceGalleryError.self) { try gallery.remove("anna") }
        }
    }

    @Test("Two connections that write at once lose nothing")
    func together() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            let url = gallery.url
            let failures = Failures()
            DispatchQueue.concurrentPerform(iterations: 4) { worker in
                do {
                    let own = try FaceGallery(url)
                    for index in 0..<25 {
                        _ = try own.enrol([face("\(worker) \(index)")], as: "person \(index % 5)")
                    }
                } catch {
                    failures.add("\(error)")
                }
            }
            #expect(failures.all.isEmpty, "\(failures.all)")
            #expect(try gallery.count() == 100)
            #expect(try gallery.people().map(\.pictures) == [20, 20, 20, 20, 20])
        }
    }

    @Test("What is not a gallery, of a newer version, or of another model is refused in a sentence")
    func refusals() throws {
        try withFolder { (folder: URL) throws -> Void in
            let url = folder.appendingPathComponent("people.gallery")
            try FaceGallery.create(url, model: model)
            #expect(throws: FaceGalleryError.exists(path: url.path)) {
                try FaceGallery.create(url, model: model)
            }
            let gallery = try FaceGallery(url)
            try gallery.require(GalleryModel(identity: "abc", path: "elsewhere"))
            #expect(
                throws: FaceGalleryError.otherModel(
                    path: url.path, model: model.path, given: "other.onnx")
            ) { try gallery.require(GalleryModel(identity: "abd", path: "other.onnx")) }
            try gallery.database.execute("PRAGMA user_version = 2")
            #expect(throws: FaceGalleryError.newer(path: url.path, schema: 2, known: 1)) {
                try FaceGallery(url)
            }
            let other = folder.appendingPathComponent("other.db")
            try Database(other, creates: true).execute("CREATE TABLE t (x)")
            let text = folder.appendingPathComponent("text")
            try Data("name,embedding\n".utf8).write(to: text)
            try Data().write(to: folder.appendingPathComponent("empty"))
            for (name, reason) in [
                ("other.db", "it is an SQLite file of another program"),
                ("text", "it is not an SQLite file"), ("empty", "it is not an SQLite file"),
                ("none", "there is no such file"), ("", "it is a folder"),
            ] {
                let url = name.isEmpty ? folder : folder.appendingPathComponent(name)
                #expect(throws: FaceGalleryError.notAGallery(path: url.path, reason: reason)) {
                    try FaceGallery(url)
                }
            }
            // Nothing was left beside them, and the empty file is still empty.
            #expect(try Data(contentsOf: folder.appendingPathComponent("empty")).isEmpty)
        }
    }

    @Test("A damaged file is reported, wherever the damage is")
    func damage() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            _ = try gallery.enrol((0..<40).map { face("\($0)") }, as: "anna")
            #expect(try gallery.database.number("PRAGMA wal_checkpoint(TRUNCATE)") == 0)
            let whole = try Data(contentsOf: gallery.url)
            let folder = gallery.url.deletingLastPathComponent()
            for start in stride(from: 100, to: whole.count, by: 509) {
                var copy = whole
                for index in start..<min(start + 40, whole.count) { copy[index] ^= 0xA5 }
                let url = folder.appendingPathComponent("copy \(start)")
                try copy.write(to: url)
                // Either an error of the gallery's, or the numbers that are stored: never a crash.
                do {
                    let damaged = try FaceGallery(url)
                    _ = try damaged.people()
                    _ = try damaged.candidates(for: [vector("0")], top: 3)
                } catch {
                    #expect(error is FaceGalleryError, "\(error)")
                }
            }
        }
    }

    @Test("Thresholds are kept, and others of people can read nothing")
    func thresholds() throws {
        try withFolder { (folder: URL) throws -> Void in
            let url = folder.appendingPathComponent("people.gallery")
            let scores = try TemplateScores(
                genuine: [0.9], impostor: (0..<200).map { Double($0) / 1000 })
            let first = try ScoreCalibration(of: scores, set: "lfw", views: 2)
            try FaceGallery.create(url, model: model, calibration: first)
            let gallery = try FaceGallery(url)
            #expect(try gallery.calibration() == first)
            let second = try ScoreCalibration(of: scores, set: "other", views: 2)
            try gallery.keep(second)
            #expect(try FaceGallery(url).calibration() == second)
            let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("The export is a plain table with everything in it")
    func export() throws {
        try withGallery { (gallery: FaceGallery) throws -> Void in
            var lines: [String] = []
            try gallery.export { lines.append($0) }
            #expect(lines == ["person,image_sha256,norm,enrolled"])
            _ = try gallery.enrol([face("b", length: 3)], as: "Ben, \"the\" second")
            _ = try gallery.enrol([face("a", length: 3)], as: "Anna")
            lines = []
            try gallery.export { lines.append($0) }
            #expect(lines[0] == "person,image_sha256,norm,enrolled,e0,e1,e2")
            #expect(lines[1].hasPrefix("Anna,hash of a,20.0,2"))
            #expect(lines[2].hasPrefix("\"Ben, \"\"the\"\" second\",hash of b,20.0,2"))
            let numbers = lines[1].split(separator: ",").suffix(3).compactMap { Float($0) }
            #expect(numbers == vector("a", length: 3))
        }
    }
}

/// What went wrong on other threads.
private final class Failures: @unchecked Sendable {
    // Sound because the list is reached only while the lock is held.
    private let lock = NSLock()
    private var list: [String] = []

    var all: [String] { lock.withLock { list } }

    func add(_ text: String) { lock.withLock { list.append(text) } }
}
