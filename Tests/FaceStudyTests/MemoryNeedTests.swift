import FaceLosses
import Testing

@testable import FaceStudy

@Suite("Memory of a run")
struct MemoryNeedTests {
    private let need = MemoryNeed(fixed: 1000, perImage: 10)

    @Test("Is what is fixed, and what each image adds")
    func bytes() {
        #expect(need.bytes(batchSize: 0) == 1000)
        #expect(need.bytes(batchSize: 64) == 1640)
        #expect(MemoryNeed(fixed: 1e300, perImage: 1).bytes(batchSize: 1) == .max)
    }

    @Test("Adds the loss's")
    func loss() {
        let sum = need.adding(LossMemory(fixed: 500, perImage: 6))
        #expect(sum == MemoryNeed(fixed: 1500, perImage: 16))
    }

    @Test(
        "The largest batch that fits is a multiple of 8 above 8, and at least 2",
        arguments: [
            (1000, nil), (1019, nil), (1020, 2), (1030, 3), (1080, 8), (1090, 8), (1159, 8),
            (1160, 16), (1640, 64), (1649, 64), (999, nil), (0, nil),
        ] as [(UInt64, Int?)])
    func fitting(_ bytes: UInt64, _ expected: Int?) {
        #expect(need.batchSize(fitting: bytes) == expected)
    }

    @Test("A run is refused when it needs a tenth more than there is, with what would fit")
    func refusal() {
        #expect(throws: Never.self) {
            try need.require(1640, batchSize: 64, microBatches: 1)
            // 1640 is less than 1.1 times 1500.
            try need.require(1500, batchSize: 64, microBatches: 1)
            try need.require(1500, batchSize: 128, microBatches: 2)
        }
        let error = #expect(throws: FaceStudyError.self) {
            try need.require(1480, batchSize: 128, microBatches: 2)
        }
        // Nine tenths of it, in whole tenths: 1332, of which 332 are for images.
        #expect(
            error
                == .tooLittleMemory(needed: 1640, available: 1480, batchSize: 128, fitting: 64))
        let none = #expect(throws: FaceStudyError.self) {
            try need.require(800, batchSize: 64, microBatches: 1)
        }
        #expect(
            none == .tooLittleMemory(needed: 1640, available: 800, batchSize: 64, fitting: nil))
    }
}
