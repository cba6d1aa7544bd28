import CTorch

/// An exponential moving average of a network's weights (Polyak and Juditsky 1992), which often performs
/// better than the weights of the last step.
///
/// After step t, `average <- d average + (1 - d) weight` with `d = min(decay, (1 + t) / (10 + t))`, so that the
/// initial, untrained weights are soon forgotten. Running statistics are averaged as well; counts are copied.
public final class WeightAverage {
    /// The averages under the network's names.
    public let state: [StateEntry]
    private let decay: Double
    private let network: [StateEntry]
    private let moved: [Int]
    private let copied: [Int]

    /// Starts with a network's weights.
    ///
    /// - Parameter decay: Decay rate of the average in the long run; 0 ..< 1.
    public init(of network: [StateEntry], decay: Double) {
        self.network = network
        self.decay = decay
        state = network.map { StateEntry($0.name, $0.tensor.detached().copy(), .buffer) }
        let isReal = network.map { [.float32, .float64].contains($0.tensor.type) }
        moved = network.indices.filter { isReal[$0] && network[$0].role != .constant }
        copied = network.indices.filter { !isReal[$0] }
    }

    /// Updates the averages with the current weights.
    ///
    /// - Parameter steps: Number of training steps so far.
    public func update(afterSteps steps: Int) {
        let kept = min(decay, Double(1 + steps) / Double(10 + steps))
        let averages = moved.map { state[$0].tensor.handle }
        let values = moved.map { network[$0].tensor.handle }
        unsafe expectSuccess(
            ct_move_averages(averages, values, averages.count, 1 - kept),
            "update(afterSteps:)")
        for index in copied { state[index].tensor.assign(network[index].tensor) }
    }

    /// Runs a closure in which the network's weights are replaced by the averages.
    public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
        let weights = network.map { $0.tensor.detached().copy() }
        defer { for (entry, weight) in zip(network, weights) { entry.tensor.assign(weight) } }
        for (entry, average) in zip(network, state) { entry.tensor.assign(average.tensor) }
        return try body()
    }
}
