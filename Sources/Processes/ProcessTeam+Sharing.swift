public import Foundation
import Torch

extension ProcessTeam {
    /// The numbers of all processes, in the order of ranks.
    ///
    /// - Parameter mine: This process's number.
    public func numbers(_ mine: Int) throws(ProcessError) -> [Int] {
        try exchange { group throws(TorchError) in try group.gathered(Tensor([mine])) }
            .array(of: Int.self)
    }

    /// Sends bytes from process 0 to all processes.
    ///
    /// - Parameter mine: The bytes in process 0; ignored elsewhere.
    public func shared(_ mine: Data = Data()) throws(ProcessError) -> Data {
        let length = Tensor([leads ? mine.count : 0])
        try exchange { group throws(TorchError) in try group.broadcast(length) }
        let count = length.array(of: Int.self)[0]
        guard count > 0 else { return Data() }
        let bytes = Tensor(leads ? [UInt8](mine) : [UInt8](repeating: 0, count: count))
        try exchange { group throws(TorchError) in try group.broadcast(bytes) }
        return leads ? mine : Data(bytes.array(of: UInt8.self))
    }
}
