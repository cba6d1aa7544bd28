/// Decides how the process reacts to a termination signal, given those before it.
///
/// A scheduler that ends a job at its limit sends SIGTERM, SIGCONT and SIGTERM again within some
/// milliseconds (Slurm: 5 to 21), to every process of the job: that is one request. Only a signal at least
/// one second later is another request.
struct SignalPolicy: Sendable {
    /// A signal that arrived.
    struct Arrival: Sendable, Hashable {
        /// Signal number, as in signal(7).
        var number: Int32
        /// Whether a key press at a terminal caused it.
        var isFromTerminal: Bool
        /// Time of arrival, on a monotonic clock.
        var time: Duration
    }

    /// How the process reacts to a signal.
    enum Reaction: Hashable, Sendable {
        /// Record it; the work saves its state at the next step and ends.
        case request
        /// Do nothing: it belongs to the previous request, or that is already being carried out.
        case ignore
        /// End the process as soon as nothing is being saved.
        case endWhenSaved
        /// End the process now.
        case endNow
    }

    /// Signals within this time after the first belong to the same request.
    static let oneRequest = Duration.seconds(1)

    private var first: Duration?

    /// Determines the reaction to the next signal.
    ///
    /// - Parameter isStopping: Whether the work has seen the request and is about to save and end.
    mutating func handle(_ arrival: Arrival, isStopping: Bool) -> Reaction {
        guard let first else {
            first = arrival.time
            return .request
        }
        guard arrival.time - first >= Self.oneRequest else { return .ignore }
        // The user at the terminal may not want to wait for a save; earlier saves are kept.
        if arrival.isFromTerminal { return .endNow }
        return isStopping ? .ignore : .endWhenSaved
    }
}
