public import Foundation
import Torch

extension ProcessTeam {
    /// A number of each process, in the order of ranks.
    ///
    /// - Parameter mine: This process's.
    public func numbers(_ mine: Int) throws(ProcessError) -> [Int] {
        try exchange { group throws(TorchError) in try group.gathered(Tensor([mine])) }
            .array(of: Int.self)
    }

    /// The bytes that process 0 has.
    ///
    /// - Parameter mine: In process 0 what all are given; elsewhere it is ignored.
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
