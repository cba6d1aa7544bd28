import FaceReport
import Testing

@Suite struct SpreadTests {
    @Test func summarises() throws {
        #expect(Spread([]) == nil)
        let one = try #require(Spread([0.9]))
        #expect(one.mean == 0.9)
        #expect(one.standardDeviation == nil)
        let three = try #require(Spread([1, 2, 6]))
        #expect(three.mean == 3)
        // Squares 4 + 1 + 9 over two.
        #expect(three.standardDeviation == 7.0.squareRoot())
    }
}
