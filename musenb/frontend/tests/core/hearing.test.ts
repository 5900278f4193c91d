import type { AnyModel } from "@anywidget/types";
import { expect, test, vi } from "vitest";
import { heardAgain } from "../../src/core/hearing";
import { FakeModel } from "../fake";

class Plain {
  readonly heard: unknown[] = [];
  listener: ((message: unknown) => unknown) | undefined;
  comm = { on_msg: (call: (message: unknown) => unknown) => void (this.listener = call) };

  _handle_comm_msg(message: unknown): Promise<unknown> {
    this.heard.push(message);
    return Promise.resolve();
  }
}

class GivenUp extends Plain {
  override _handle_comm_msg(): Promise<unknown> {
    return Promise.reject(new Error("[anywidget] Failed to initialize model."));
  }
}

function rawOf(inner: unknown, get = () => Promise.resolve(inner)): AnyModel {
  const fake = new FakeModel();
  fake.widget_manager = { get_model: get } as never;
  return fake as unknown as AnyModel;
}

test("a model that was given up hears by Jupyter's own method", async () => {
  const inner = new GivenUp();
  expect(await heardAgain(rawOf(inner), "abc")).toBe(true);
  inner.listener?.("a change");
  expect(inner.heard).toEqual(["a change"]);
});

test("a model that is up is left alone", async () => {
  const inner = new (class extends Plain {
    override _handle_comm_msg(message: unknown) {
      return super._handle_comm_msg(message);
    }
  })();
  expect(await heardAgain(rawOf(inner), "abc")).toBe(false);
  expect(inner.listener).toBeUndefined();
});

test("without a manager, an id or a comm nothing is done", async () => {
  const get = vi.fn();
  expect(await heardAgain(rawOf(undefined, get), "")).toBe(false);
  expect(get).not.toHaveBeenCalled();
  expect(await heardAgain(rawOf(undefined), "abc")).toBe(false);
  expect(await heardAgain(rawOf({}), "abc")).toBe(false);
});
