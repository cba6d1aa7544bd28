import Foundation
import Testing

@testable import FaceSynthesis

@Suite("Synthetic templates")
struct SyntheticTemplatesTests {
    @Test("Roles, images and galleries are those of the description")
    func roles() throws {
        let set = SyntheticSet.identification
        let plan = try SyntheticPlan(set)
        #expect(
            plan.folders.map(\.count) == [Int](repeating: 8, count: 100)
                + [Int](repeating: 6, count: 40) + [Int](repeating: 1, count: 300))
        let templates = SyntheticTemplates(plan).templates
        func count(_ role: SyntheticTemplates.Role) -> Int { templates.count { $0.role == role } }
        #expect(count(.gallery(0)) == 50 && count(.gallery(1)) == 50)
        #expect(count(.probe) == 300 && count(.unknown) == 120 && count(.distractor) == 300)
        #expect(Set(templates.map(\.name)).count == templates.count)
        // Every image is in one template.
        for (label, folder) in plan.folders.enumerated() {
            let own = templates.filter { $0.label == label }.flatMap(\.images)
            #expect(own == Array(1...folder.count), "\(label)")
        }
        #expect(templates.filter { $0.label == 0 }.map(\.images.count) == [2, 1, 2, 3])
        #expect(templates.filter { $0.label == 100 }.map(\.images.count) == [1, 2, 3])
        #expect(templates.filter { $0.label == 100 }.allSatisfy { $0.role == .unknown })
    }

    @Test("The list has a line an image, as facet data protocol writes it")
    func text() throws {
        let plan = try SyntheticPlan(.identification)
        let lines = SyntheticTemplates(plan).text(plan).split(separator: "\n")
        #expect(lines.count == plan.imageCount + 1)
        #expect(lines[0] == "role\ttemplate\tperson\timage")
        let first = "Person_3000000"
        #expect(lines[1] == "gallery\t\(first)\t\(first)\t\(first)/\(first)_0001.jpg")
        #expect(lines[3] == "probe\t\(first)_probe1\t\(first)\t\(first)/\(first)_0003.jpg")
        #expect(lines[9].hasPrefix("gallery2\tPerson_3000001\t"))
        #expect(lines[lines.count - 1].hasPrefix("distractor\tPerson_3000439\t"))
        #expect(SyntheticTemplates(try SyntheticPlan(.verification)).templates.isEmpty)
    }

    @Test("Images are of uneven quality, those of other sets of one")
    func unevenness() throws {
        func spread(_ set: SyntheticSet) throws -> Float {
            let plan = try SyntheticPlan(set)
            let scales = plan.folders.flatMap { $0 }.map { abs(plan.view(of: $0).camera.rotation) }
            let mean = scales.reduce(0, +) / Float(scales.count)
            let square = scales.reduce(0) { $0 + $1 * $1 } / Float(scales.count)
            return square / (mean * mean)
        }
        var even = SyntheticSet.identification
        even.templates?.unevenness = 0
        // π / 2 for a normal distribution, more for a mixture of several spreads.
        #expect(abs(try spread(even) - .pi / 2) < 0.15)
        #expect(try spread(.identification) > 1.75)
    }

    @Test("A factor scales people and distractors")
    func scaled() throws {
        let set = try SyntheticSet.identification.scaled(by: 0.1)
        #expect(set.identities == 44 && set.templates?.distractors == 30)
        #expect(try SyntheticSet.identification.scaled(by: 1) == .identification)
        let least = try SyntheticSet.identification.scaled(by: 0.001)
        #expect(least.identities == 2 && least.templates?.unknown == 0)
        let large = try SyntheticSet.identification.scaled(by: 40)
        #expect(large.templates?.distractors == 12_000)
    }

    @Test("Values out of their ranges are named")
    func errors() throws {
        func key(_ change: (inout SyntheticSet) -> Void) -> String? {
            var set = SyntheticSet.identification
            change(&set)
            do throws(FaceSynthesisError) {
                try set.validate()
                return nil
            } catch {
                guard case .invalidValue(let key, _, _) = error else { return "\(error)" }
                return key
            }
        }
        #expect(key { _ in } == nil)
        #expect(key { $0.templates?.galleries = 0 } == "templates.galleries")
        #expect(key { $0.templates?.enrolled = 0 } == "templates.enrolled")
        #expect(key { $0.templates?.probeImages = 0 } == "templates.probeImages")
        #expect(key { $0.templates?.unevenness = 1.5 } == "templates.unevenness")
        #expect(key { $0.templates?.unknown = -1 } == "templates.unknown")
        #expect(key { $0.templates?.distractors = 439 } == "identities")
        #expect(key { $0.imagesPerIdentity = .fixed(2) } == "imagesPerIdentity.fixed")
        let tail = ImageCount.longTail(least: 3, greatest: 9, exponent: 1)
        #expect(key { $0.imagesPerIdentity = tail } == "imagesPerIdentity")
        #expect(key { $0.labelNoise = 0.1 } == "labelNoise")
        #expect(key { $0.pairs = .init(folds: 2, pairsPerFold: 3) } == "pairs")
    }
}
