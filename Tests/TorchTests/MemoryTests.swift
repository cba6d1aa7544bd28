import Foundation
import Testing
import Torch

@Suite("Memory of large tensors")
struct MemoryTests {
    /// Sizes around those from which pieces are kept, joined and split.
    @Test("Tensors that come and go in any order keep their values")
    func churn() {
        LibTorch.keepMemory()
        var state: UInt64 = 1
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var kept: [(value: Double, tensor: Tensor)] = []
        for round in 0..<2000 {
            if kept.count > 20 || (next(3) == 0 && !kept.isEmpty) {
                let (value, tensor) = kept.remove(at: next(kept.count))
                #expect(tensor.min().item() == value && tensor.max().item() == value)
            } else {
                let tensor = Tensor.full(Double(round), shape: [1 + next(200_000)])
                kept.append((Double(round), tensor))
            }
        }
        for (value, tensor) in kept {
            #expect(tensor.min().item() == value && tensor.max().item() == value)
        }
    }

    @Test("What no tensor uses goes back to the system, and tensors in use keep their values")
    func release() throws {
        LibTorch.keepMemory()
        let kept = (0..<3).map { Tensor.full(Double($0), shape: [1 << 20]) }
        let megabytes = 256.0
        func resident() throws -> Double {
            let status = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            let pages = try #require(
                status.split(separator: " ").dropFirst().first.flatMap { Int($0) })
            return Double(pages) * Double(sysconf(Int32(_SC_PAGESIZE))) / 1e6
        }
        do {
            let large = Tensor.full(7, shape: [Int(megabytes) << 18])
            #expect(large.max().item() == 7)
        }
        let before = try resident()
        LibTorch.releaseFreeMemory()
        // Other tests allocate meanwhile; they do not come near this.
        #expect(try resident() < before - megabytes / 2)
        for (value, tensor) in kept.enumerated() {
            #expect(tensor.min().item() == Double(value) && tensor.max().item() == Double(value))
        }
    }
}
