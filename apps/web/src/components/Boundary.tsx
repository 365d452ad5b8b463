import { Component, type ReactNode } from 'react'
import { texts } from '../texts'
import { Failure } from './Failure'

/** Keeps a part that breaks from taking the page with it: one odd log must not hide the list. */
export class Boundary extends Component<{ children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: Error) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (error === null) return this.props.children
    return <Failure what={texts.errors.render} error={error} onAgain={() => this.setState({ error: null })} />
  }
}
