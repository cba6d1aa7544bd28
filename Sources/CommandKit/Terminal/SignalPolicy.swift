/// The meaning of a signal that asks a process to end, after those before it.
///
/// A scheduler that ends a job at its limit sends SIGTERM, SIGCONT and SIGTERM again within some
/// milliseconds (Slurm: 5 to 21), to every process of the job: that is one request. Only a signal a
/// second or more later is another one.
struct SignalPolicy: Sendable {
    /// A signal that arrived.
    struct Arrival: Sendable, Hashable {
        /// Signal number, as in signal(7).
        var number: Int32
        /// Whether a person pressed a key for it.
        var isFromTerminal: Bool
        /// When, on a clock that never runs backwards.
        var time: Duration
    }

    /// How the process reacts to a signal.
    enum Verdict: Hashable, Sendable {
        /// Note it; the work saves its state at the next step and ends.
        case request
        /// Nothing: it belongs to the request before, or what it asks for is in progress.
        case ignore
        /// End the process as soon as nothing is being saved.
        case endWhenSaved
        /// End the process now.
        case endNow
    }

    /// Signals nearer to the first than this are one request.
    static let oneRequest = Duration.seconds(1)

    private var first: Duration?

    /// Decides what the next signal means.
    ///
    /// - Parameter isStopping: Whether the work has seen the request, and so saves and ends.
    mutating func judge(_ arrival: Arrival, isStopping: Bool) -> Verdict {
        guard let first else {
            first = arrival.time
            return .request
        }
        guard arrival.time - first >= Self.oneRequest else { return .ignore }
        // The user at the terminal may not want to wait for a save; what was saved before stays.
        if arrival.isFromTerminal { return .endNow }
        return isStopping ? .ignore : .endWhenSaved
    }
}
