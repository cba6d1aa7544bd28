import FaceSynthesis
import Foundation
import Testing

@Suite("The built-in faces")
struct FaceRendererTests {
    private func pixels(_ set: SyntheticSet, _ position: Int) throws -> [UInt8] {
        let plan = try SyntheticPlan(set)
        let image = Array(plan.folders.joined())[position]
        return FaceRenderer().render(
            identity: plan.identity(of: image), view: plan.view(of: image), size: 64)
    }

    @Test("The same image twice is the same bytes; another one is another", arguments: [0, 7, 100])
    func deterministic(_ position: Int) throws {
        let first = try pixels(.cleanTraining, position)
        #expect(first.count == 64 * 64 * 3)
        #expect(try pixels(.cleanTraining, position) == first)
        #expect(try pixels(.cleanTraining, position + 1) != first)
    }

    @Test("No identity of one set is in another")
    func disjoint() {
        let ranges = SyntheticSet.presets.map {
            $0.firstIdentity..<$0.firstIdentity + $0.identities
        }
        for (index, range) in ranges.enumerated() {
            for other in ranges.dropFirst(index + 1) { #expect(!range.overlaps(other)) }
        }
    }

    @Test("The sets differ as the paper's two do")
    func roles() throws {
        let clean = try SyntheticPlan(.cleanTraining)
        let wild = try SyntheticPlan(.wildTraining)
        #expect(clean.imageCount >= 2000 && wild.imageCount >= 2000)
        #expect(wild.folders.count > clean.folders.count)
        #expect(clean.mislabelled.isEmpty)
        let fraction = Double(wild.mislabelled.count) / Double(wild.imageCount)
        #expect((0.05...0.15).contains(fraction), "\(fraction)")
        let sizes = wild.folders.map(\.count)
        #expect((sizes.max() ?? 0) > 5 * (sizes.min() ?? 1))
    }

    @Test("A set is written once, whole, with pairs that name its images")
    func writing() throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("facet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var set = SyntheticSet.verification
        set.size = 32
        set.pairs = .init(folds: 10, pairsPerFold: 30)
        set = try set.scaled(by: 0.2)
        let writer = try SyntheticFaceWriter(set) { pixels, _, _, _ in Array(pixels.prefix(16)) }
        #expect(try writer.write(to: folder, threads: 2) == .written)
        #expect(try writer.write(to: folder, threads: 2) == .alreadyThere)
        let pairs = try String(
            contentsOf: folder.appendingPathComponent("pairs.txt"), encoding: .utf8)
        #expect(pairs.hasPrefix("10\t30\n"))
        #expect(pairs.split(separator: "\n").count == 601)
    }
}
