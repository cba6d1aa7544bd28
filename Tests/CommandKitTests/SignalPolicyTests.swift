import Testing

@testable import CommandKit

@Suite("What signals mean, one after another")
struct SignalPolicyTests {
    private func reactions(
        _ arrivals: [(Int32, Double)], isFromTerminal: Bool = false, isStopping: Bool = false
    ) -> [SignalPolicy.Reaction] {
        var policy = SignalPolicy()
        return arrivals.map { number, seconds in
            policy.handle(
                .init(number: number, isFromTerminal: isFromTerminal, time: .seconds(seconds)),
                isStopping: isStopping)
        }
    }

    @Test("A scheduler's SIGTERM, again within a second, is one request")
    func scheduler() {
        #expect(
            reactions([(15, 0), (15, 0.005), (15, 0.021), (15, 0.999)]).map { $0 }
                == [.request, .ignore, .ignore, .ignore])
    }

    @Test("A later one ends what has not heard of the first, but not a save")
    func later() {
        #expect(reactions([(15, 10), (15, 11)]) == [.request, .endWhenSaved])
        #expect(reactions([(15, 10), (2, 12)]) == [.request, .endWhenSaved])
        #expect(reactions([(15, 10), (15, 11)], isStopping: true) == [.request, .ignore])
    }

    @Test("Ctrl-C at a terminal ends at once when it is pressed again after a second")
    func terminal() {
        #expect(reactions([(2, 0), (2, 0.2)], isFromTerminal: true) == [.request, .ignore])
        for isStopping in [false, true] {
            #expect(
                reactions([(2, 0), (2, 1)], isFromTerminal: true, isStopping: isStopping)
                    == [.request, .endNow])
        }
    }
}
