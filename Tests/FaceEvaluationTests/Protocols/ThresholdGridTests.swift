import FaceEvaluation
import Foundation
import Testing

@Suite struct ThresholdGridTests {
    @Test func gridsAreNumPysArange() {
        // numpy.arange(0, 4, 0.01)[[1, 29, 57, 399]] and arange(0, 4, 0.001)[[3, 1001, 3999]]
        let hundredths = ThresholdGrid.hundredths
        #expect(hundredths.count == 400)
        #expect([1, 29, 57, 399].map { hundredths[$0] } == [0.01, 0.29, 0.5700000000000001, 3.99])
        let thousandths = ThresholdGrid.thousandths
        #expect(thousandths.count == 4000)
        #expect([3, 1001, 3999].map { thousandths[$0] } == [0.003, 1.0010000000000001, 3.999])
    }

    @Test(arguments: [ThresholdGrid.hundredths, .thousandths])
    func acceptanceIsStrict(grid: ThresholdGrid) {
        for index in 0..<grid.count {
            let threshold = grid[index]
            #expect(grid.firstIndex(accepting: threshold) == index + 1)
            #expect(grid.firstIndex(accepting: threshold.nextDown) == index)
            #expect(grid.firstIndex(accepting: threshold.nextUp) == index + 1)
        }
    }

    @Test func valuesOffTheGridAreAcceptedByAllOrNone() throws {
        let grid = try ThresholdGrid(start: -1, step: 0.5, count: 4)
        #expect((0..<4).map { grid[$0] } == [-1, -0.5, 0, 0.5])
        #expect(grid.firstIndex(accepting: -1e300) == 0)
        #expect(grid.firstIndex(accepting: 0.49) == 3)
        #expect(grid.firstIndex(accepting: 0.5) == 4)
        #expect(grid.firstIndex(accepting: 1e300) == 4)
    }

    @Test func unusableGridsAreRefused() {
        for (start, step, count) in [
            (0.0, 0.0, 5), (0, -1, 5), (0, 1, 0), (0, 1, 1_000_001), (.infinity, 1, 5),
            (0, .infinity, 5),
        ] {
            #expect(
                throws: FaceEvaluationError.unusableGrid(start: start, step: step, count: count)
            ) { try ThresholdGrid(start: start, step: step, count: count) }
        }
        let json = Data(#"{"start":0,"step":-1,"count":3}"#.utf8)
        #expect(throws: FaceEvaluationError.unusableGrid(start: 0, step: -1, count: 3)) {
            try JSONDecoder().decode(ThresholdGrid.self, from: json)
        }
    }
}
