import FaceRuns
import FaceTraining
import Foundation
import Torch
import FaceModels

/// Version of this package, as `facet --version` prints it.
public enum FacetVersion {
    /// The version number, as in the changelog.
    public static let number = "0.1.0"
}

/// Determines the content of `environment.json` on this machine.
enum EnvironmentProbe {
    /// The vector features that affect the speed of networks.
    private static let features: Set<String> = [
        "avx2", "fma", "avx512f", "avx512bw", "avx512_bf16", "avx512_vnni", "amx_bf16", "asimd",
        "bf16", "sve",
    ]

    static func environment(_ compute: ComputeConfiguration, commit: String) -> RunEnvironment {
        let processor = processor()
        return RunEnvironment(
            facet: FacetVersion.number, commit: commit, libtorch: LibTorch.version,
            system: ProcessInfo.processInfo.operatingSystemVersionString,
            processor: processor.name, processorFeatures: processor.features,
            threads: compute.threads, memory: ProcessInfo.processInfo.physicalMemory,
            device: compute.device, precision: compute.precision.rawValue,
            memoryFormat: compute.memoryFormat.rawValue,
            kernels: (compute.kernels ?? .best).rawValue,
            workingDirectory: FileManager.default.currentDirectoryPath)
    }

    private static func processor() -> (name: String, features: [String]) {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        var name = "unknown"
        var found: [String] = []
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1).map {
                $0.trimmingCharacters(in: .whitespaces)
            }
            guard parts.count == 2 else { continue }
            if parts[0] == "model name", name == "unknown" { name = parts[1] }
            if parts[0] == "flags" || parts[0] == "Features", found.isEmpty {
                found = parts[1].split(separator: " ").map(String.init).filter(features.contains)
            }
        }
        return (name, found.sorted())
    }
}
