// CopyOnWrite: a value whose copies share it until one of them is written to.
//
// So the state of one moment is kept by copying what leads to its parts; whoever goes on with the original copies a
// part when it first changes that part. A shared value is never changed, and references are counted atomically: one
// thread may write to its copy while another reads, and drops, its own. (A single copy belongs to one thread, as any
// value.) Cost: a read is a read through a pointer. Limits: 2^31 copies.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <utility>

namespace penchant {

template <class T>
class CopyOnWrite {
 public:
  CopyOnWrite() : CopyOnWrite(T()) {}
  explicit CopyOnWrite(T&& value) : node_(new Node(std::move(value))) {}

  const T& operator*() const { return node_->value; }
  const T* operator->() const { return &node_->value; }

  bool is_shared() const { return node_->use_count() > 1; }  // who dropped the last other copy has read it before
  /// The value, this copy's own from now on. Whatever points into a value that was shared stays with the others.
  T& write() {
    if (is_shared()) node_.reset(new Node(T(node_->value)));
    return node_->value;
  }

 private:
  struct Node : boost::intrusive_ref_counter<Node, boost::thread_safe_counter> {
    explicit Node(T&& initial) : value(std::move(initial)) {}
    T value;
  };

  boost::intrusive_ptr<Node> node_;  // null once it has been moved from
};

}  // namespace penchant
