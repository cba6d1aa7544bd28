import Charts
import Testing

@Suite struct LabelPlacementTests {
    @Test func leavesLabelsThatDoNotMeet() {
        let placed = LabelPlacement.spread([10, 80, 40], gap: 13, within: 0...100)
        #expect(placed == [10, 80, 40])
    }

    @Test func movesLabelsApartAroundTheirMiddle() {
        let placed = LabelPlacement.spread([50, 50, 50], gap: 10, within: 0...100)
        #expect(placed == [40, 50, 60])
    }

    @Test func keepsGapsOrderAndRange() {
        var random = SampleRandom("labels")
        for _ in 0..<300 {
            let count = 1 + Int(random.uniform() * 9)
            let wanted = (0..<count).map { _ in random.uniform() * 140 - 20 }
            let placed = LabelPlacement.spread(wanted, gap: 10, within: 0...100)
            let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
            for (a, b) in zip(order, order.dropFirst()) {
                #expect(placed[b] - placed[a] >= 10 - 1e-9, "\(wanted) -> \(placed)")
            }
            #expect(placed.allSatisfy { (-1e-9...100 + 1e-9).contains($0) })
        }
    }
}
