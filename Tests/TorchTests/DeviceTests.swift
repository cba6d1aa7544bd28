import Testing

@testable import Torch

@Suite("Devices and the process")
struct DeviceTests {
    @Test("Names of devices")
    func names() throws {
        #expect(try Device.named("cpu") == .cpu)
        #expect(try Device.named("auto") == (Device.isCUDAAvailable ? .cuda(0) : .cpu))
        #expect("\(Device.cuda(1)) \(Device.cpu)" == "cuda:1 cpu")
    }

    @Test(
        "Names that are none are refused",
        arguments: ["", "gpu", "cuda:", "cuda:x", "cuda:-1", "CPU", "cuda:99999999999999999999"])
    func unknown(_ name: String) {
        #expect(throws: TorchError.noDevice(name)) { try Device.named(name) }
    }

    @Test("A GPU that is absent is refused", .disabled(if: Device.isCUDAAvailable))
    func absent() {
        #expect(throws: TorchError.noDevice("cuda")) { try Device.named("cuda") }
        #expect(throws: TorchError.noDevice("cuda:0")) { try Device.named("cuda:0") }
    }

    @Test("The processes of a machine share out its GPUs")
    func shares() throws {
        for name in ["auto", "cuda"] {
            let found = try (0..<5).map { try Device.named(name, localRank: $0, of: 4) }
            #expect(found == [.cuda(0), .cuda(1), .cuda(2), .cuda(3), .cuda(0)])
        }
        // One that is named stays, whoever asks.
        #expect(try Device.named("cuda:2", localRank: 1, of: 4) == .cuda(2))
        #expect(try Device.named("cpu", localRank: 1, of: 4) == .cpu)
        #expect(try Device.named("auto", localRank: 3, of: 0) == .cpu)
        #expect(throws: TorchError.noDevice("cuda:4")) {
            try Device.named("cuda:4", localRank: 0, of: 4)
        }
        #expect(throws: TorchError.noDevice("cuda")) {
            try Device.named("cuda", localRank: 1, of: 0)
        }
    }

    @Test("Waiting for the CPU is over at once")
    func synchronize() { Device.cpu.synchronize() }

    @Test("The version is LibTorch's")
    func version() {
        let parts = LibTorch.version.split(separator: ".")
        #expect(parts.count >= 3 && parts[0] == "2")
        #expect(LibTorch.threads >= 1)
    }

    @Test("A number of threads lasts for a closure, also if it throws")
    func threads() {
        LibTorch.withThreads(3) {
            #expect(LibTorch.withThreads(1) { LibTorch.threads } == 1)
            #expect(LibTorch.threads == 3)
            #expect(throws: TorchError.self) {
                try LibTorch.withThreads(2) { try Device.named("nothing") }
            }
            #expect(LibTorch.threads == 3)
        }
    }

    @Test("Sizes of the element types")
    func sizes() {
        #expect(ElementType.allCases.map(\.size) == [1, 2, 4, 8, 8, 1])
        #expect(ElementType.allCases.map(\.rawValue).first == "bool")
    }
}
