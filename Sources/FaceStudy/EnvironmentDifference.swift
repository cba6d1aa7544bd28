public import FaceRuns
import Spelling

/// A difference between the environments of two runs.
public struct EnvironmentDifference: Codable, Sendable, Hashable {
    /// The property, e.g. `processor`.
    public var what: String
    /// Its value in the first environment.
    public var mine: String
    /// Its value in the second environment.
    public var theirs: String

    /// `processor ('B', before 'A')`.
    var sentence: String { "\(what) (\(quoted: mine), before \(quoted: theirs))" }
}

extension RunEnvironment {
    /// The properties that affect the last digits of a number and differ from another environment's.
    public func differences(from other: RunEnvironment) -> [EnvironmentDifference] {
        let facts = [
            ("version of facet", facet, other.facet), ("commit", commit, other.commit),
            ("LibTorch", libtorch, other.libtorch), ("processor", processor, other.processor),
            (
                "set of vector features", processorFeatures.joined(separator: " "),
                other.processorFeatures.joined(separator: " ")
            ),
            ("number of threads", "\(threads)", "\(other.threads)"),
            ("device", DeviceKind.name(device), DeviceKind.name(other.device)),
            ("precision", precision, other.precision),
            ("memory format", memoryFormat, other.memoryFormat),
            ("set of kernels", kernels ?? "", other.kernels ?? ""),
            (
                "number of processes", processes.map(String.init) ?? "",
                other.processes.map(String.init) ?? ""
            ),
        ]
        // Properties that an earlier version did not record are not compared.
        return facts.filter { $0.1 != $0.2 && !$0.1.isEmpty && !$0.2.isEmpty }
            .map { EnvironmentDifference(what: $0.0, mine: $0.1, theirs: $0.2) }
    }
}
