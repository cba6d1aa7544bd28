import FaceLosses
import Foundation
import Testing

@Suite("What of a loss changes")
struct LossStateTests {
    private let state: LossState = [.margin: 0.5, .scale: 32, .activeFraction: 0.25]

    @Test("It is by quantity, and in records by the names that they have always had")
    func record() throws {
        #expect(state[.scale] == 32 && state[.margin] == 0.5 && state[.lambda] == nil)
        #expect(state.record == ["margin": 0.5, "scale": 32, "active": 0.25])
        #expect(LossState(record: state.record) == state)
        let json = try JSONEncoder().encode(state)
        #expect(try JSONDecoder().decode([String: Double].self, from: json) == state.record)
        // As a checkpoint of a former version has it.
        let former = Data(#"{"lambda":5,"triplet":0.1,"triplet.active":0.75}"#.utf8)
        let read = try JSONDecoder().decode(LossState.self, from: former)
        #expect(read[.lambda] == 5 && read[.term("triplet")] == 0.1)
        #expect(read[.term("triplet", .activeFraction)] == 0.75)
    }

    @Test("Names in records stay: those of every quantity")
    func names() {
        let all: [(LossState.Quantity, String)] = [
            (.activeFraction, "active"), (.bias, "bias"), (.distance, "distance"),
            (.lambda, "lambda"), (.margin, "margin"), (.norm, "norm"), (.scale, "scale"),
            (.t, "t"), (.threshold, "threshold"), (.term("center"), "center"),
            (.term("center", .distance), "center.distance"),
        ]
        for (quantity, name) in all { #expect(quantity.name == name) }
    }

    @Test("A term adds its value and its state under its name")
    func term() {
        var sum: LossState = [.scale: 8]
        sum.add(term: "triplet", of: 0.5, [.activeFraction: 0.25])
        #expect(sum.record == ["scale": 8, "triplet": 0.5, "triplet.active": 0.25])
        #expect(sum.activeFractions.record == ["triplet.active": 0.25])
        #expect(LossState.Quantity("reactive").isActiveFraction == false)
    }

    @Test("Means are sums over images, divided; other quantities are replaced")
    func arithmetic() {
        let first = state.activeFractions.multiplied(by: 4)
        let second = LossState.init(record: ["active": 1, "triplet.active": 0.5]).multiplied(by: 2)
        let sum = first.adding(second)
        #expect(sum.record == ["active": 3, "triplet.active": 1])
        #expect(sum.divided(by: 6).record == ["active": 0.5, "triplet.active": 1 / 6.0])
        #expect(
            state.replacing(sum.divided(by: 6))[.activeFraction] == 0.5
                && state.replacing(sum)[.scale] == 32)
        #expect(state.activeFractions.isEmpty == false && LossState().isEmpty)
    }
}
