import Foundation
import Testing

@testable import FaceSynthesis

@Suite("Writing sets")
struct SyntheticFaceWriterTests {
    private struct Stopped: Error {}

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let parent = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: parent) }
        try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        try body(parent)
    }

    private func set(seed: UInt64 = 1, noise: Float = 0.25) throws -> SyntheticSet {
        try SyntheticSet(
            name: "tiny", seed: seed, identities: 4, imagesPerIdentity: .fixed(2),
            labelNoise: noise, size: 16)
    }

    private func writer(_ set: SyntheticSet) throws -> SyntheticFaceWriter {
        try SyntheticFaceWriter(set) { pixels, width, height, quality in
            #expect(width == 16 && height == 16 && pixels.count == 768)
            #expect((1...100).contains(quality))
            return pixels
        }
    }

    @Test("Files hold the planned pictures; wrong labels are listed", arguments: [1, 3])
    func content(threads: Int) throws {
        try withFolder { parent in
            let folder = parent.appendingPathComponent("inner/set")
            let writer = try writer(set())
            let told = Told()
            try writer.write(to: folder, threads: threads) { told.add($0, $1) }
            #expect(told.all.map(\.done) == Array(1...8) && told.all.allSatisfy { $0.total == 8 })
            let plan = writer.plan
            for image in plan.folders.joined() {
                let data = try Data(contentsOf: folder.appendingPathComponent(plan.path(of: image)))
                let pixels = FaceRenderer().render(
                    identity: plan.identity(of: image), view: plan.view(of: image), size: 16)
                #expect(Array(data) == pixels)
            }
            let list = try String(
                contentsOf: folder.appendingPathComponent("mislabelled.txt"), encoding: .utf8)
            #expect(plan.mislabelled.count == 2)
            #expect(
                list
                    == plan.mislabelled.map {
                        "\(plan.path(of: $0))\t\(plan.name(of: $0.shown))\n"
                    }.joined())
            let pairs = folder.appendingPathComponent("pairs.txt")
            #expect(!FileManager.default.fileExists(atPath: pairs.path))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 6)
        }
    }

    @Test("Another set, or a folder that is none, is not written over")
    func refusals() throws {
        try withFolder { parent in
            let folder = parent.appendingPathComponent("set")
            #expect(try writer(set()).write(to: folder) == .written)
            #expect(try writer(set()).write(to: folder) == .alreadyThere)
            for other in [try set(seed: 2), try set(noise: 0)] {
                let error = #expect(throws: FaceSynthesisError.self) {
                    try writer(other).write(to: folder)
                }
                guard case .differentSet(folder.path, let found, let wanted) = error else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                #expect(found.contains("seed 1") && found.contains("8 images"))
                #expect(wanted.contains("seed \(other.seed)"))
            }
            #expect(throws: FaceSynthesisError.foreignFolder(path: parent.path)) {
                try writer(set()).write(to: parent)
            }
            let manifest = folder.appendingPathComponent("synthesis.json")
            try Data("{}".utf8).write(to: manifest)
            let error = #expect(throws: FaceSynthesisError.self) {
                try writer(set()).write(to: folder)
            }
            guard case .unreadableManifest(manifest.path, _) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    @Test("What ends the writing leaves nothing behind")
    func failures() throws {
        try withFolder { parent in
            let folder = parent.appendingPathComponent("set")
            #expect(throws: Stopped.self) {
                try writer(set()).write(to: folder, threads: 2) { done, _ in
                    if done == 3 { throw Stopped() }
                }
            }
            let broken = try SyntheticFaceWriter(set()) { _, _, _, _ in throw Stopped() }
            #expect(throws: Stopped.self) { try broken.write(to: folder) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path).isEmpty)
            let file = parent.appendingPathComponent("file")
            try Data().write(to: file)
            let error = #expect(throws: FaceSynthesisError.self) {
                try writer(set()).write(to: file.appendingPathComponent("set"))
            }
            guard case .cannotWrite = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }
}

/// What was told of the progress.
private final class Told: @unchecked Sendable {
    private let lock = NSLock()
    private var found: [(done: Int, total: Int)] = []

    var all: [(done: Int, total: Int)] { lock.withLock { found } }
    func add(_ done: Int, _ total: Int) { lock.withLock { found.append((done, total)) } }
}
