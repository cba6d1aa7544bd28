import FaceLosses
import Foundation
import Testing

/// What losses say that a step takes, against what was measured.
@Suite("Memory of a loss")
struct LossMemoryTests {
    private func memory(
        _ text: String, classes: Int, size: Int = 512, rate: Double = 1
    ) throws -> LossMemory {
        LossCatalogue.memory(
            of: try LossSpecification(parsing: text), classes: classes, embeddingSize: size,
            head: HeadOptions(rate: rate))
    }

    @Test("It is what was measured, within an eighth or 25 MB of a process's own ups and downs")
    func measured() throws {
        let url = try #require(
            Bundle.module.url(forResource: "Fixtures/memory", withExtension: "csv"))
        let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst()
        #expect(lines.count == 60)
        for line in lines {
            let fields = line.split(separator: ",")
            let numbers = fields.dropFirst().compactMap { Double($0) }
            let (batch, bytes) = (Int(numbers[1]), numbers[4])
            let found = try memory(
                String(fields[0]), classes: Int(numbers[0]), size: Int(numbers[2]),
                rate: numbers[3]
            ).bytes(images: batch)
            #expect(abs(found - bytes) < max(bytes / 8, numbers[0] < 20_000 ? 25e6 : 0), "\(line)")
        }
    }

    @Test(
        "Two processes need two thirds each of a million classes, and of few or of other losses all"
    )
    func processes() throws {
        func memory(_ text: String, _ classes: Int, _ processes: Int) throws -> LossMemory {
            LossCatalogue.memory(
                of: try LossSpecification(parsing: text), classes: classes, embeddingSize: 512,
                head: HeadOptions(), processes: processes)
        }
        let (one, two) = (
            try memory("arcface", 1_000_000, 1), try memory("arcface", 1_000_000, 2)
        )
        // 123 of 245 blocks; at the end all weights beside half of them and of their momentum.
        #expect(abs(two.perImage / one.perImage - 123.0 / 245) < 1e-9)
        #expect(abs(two.fixed / one.fixed - (1 + 2 * 123.0 / 245) / 3) < 1e-9)
        #expect(try memory("arcface", 4096, 2) == memory("arcface", 4096, 1))
        #expect(try memory("softmax", 1_000_000, 2) == memory("softmax", 1_000_000, 1))
        #expect(
            try memory("arcface+center", 1_000_000, 2) == memory("arcface+center", 1_000_000, 1))
    }

    @Test("A million classes of which a tenth takes part need 4.4 GB and not 11")
    func million() throws {
        let sampled = try memory("arcface", classes: 1_000_000, rate: 0.1).bytes(images: 128)
        #expect(abs(sampled - 4.4e9) < 0.1e9)
        // (2 + 0.1) weights of 2.048 GB, and 1.2 tables of 100,000 x 128 numbers.
        #expect(abs(sampled - (2.1 * 2.048e9 + 1.2 * 4 * 1e5 * 128)) < 1)
        let all = try memory("arcface", classes: 1_000_000).bytes(images: 128)
        #expect(abs(all - (3 * 2.048e9 + 1.2 * 4 * 1e6 * 128)) < 1)
    }

    @Test("It is in proportion to classes, and of weights to components")
    func proportion() throws {
        for text in ["arcface", "softmax", "curricular", "subcenter", "coco", "softmax+center"] {
            let one = try memory(text, classes: 1000)
            let two = try memory(text, classes: 2000)
            #expect(two.fixed == 2 * one.fixed && two.perImage == 2 * one.perImage)
            let half = try memory(text, classes: 1000, size: 256)
            #expect(2 * half.fixed == one.fixed && half.perImage == one.perImage)
        }
    }

    @Test("Class weights of an identity and terms count, pairs of a batch do not")
    func parts() throws {
        let arcface = try memory("arcface", classes: 1000)
        #expect(try memory("subcenter:k=5", classes: 1000).fixed == 5 * arcface.fixed)
        #expect(try memory("subcenter:k=1", classes: 1000) == arcface)
        let softmax = try memory("softmax", classes: 1000)
        #expect(try memory("softmax+triplet", classes: 1000) == softmax)
        let centers = try memory("softmax+center", classes: 1000)
        #expect(centers.fixed == softmax.fixed + 2.5 * 4 * 1000 * 512)
        #expect(centers.perImage == softmax.perImage)
    }

    @Test("Every loss of the catalogue needs something, and no more than the neediest")
    func all() throws {
        for descriptor in LossCatalogue.descriptors {
            let found = try memory(descriptor.name, classes: 1000)
            #expect(found.fixed >= 3 * 4 * 1000 * 512 && found.fixed <= 9 * 4 * 1000 * 512)
            #expect(found.perImage >= 4 * 1000 && found.perImage <= 8 * 4 * 1000)
        }
    }
}
